"""What people say to pictures.

A phrase that begins with … is understood only after one of the tools that have such; `{}` are any words,
`{a prompt}` words that begin with a, an or some, and `{back=original}` is that word.
"""

DRAW = (
    "draw {prompt}",
    "draw me {prompt}",
    "paint {prompt}",
    "paint me {prompt}",
    "show me a picture of {prompt}",
    *(
        f"{make} {me}{picture} of {{prompt}}"
        for make in ("make", "create", "generate", "draw")
        for me in ("", "me ")
        for picture in ("a picture", "an image")
    ),
    "show me an image of {prompt}",
    "draw {count} pictures of {prompt}",
    "draw me {count} pictures of {prompt}",
    "paint {count} pictures of {prompt}",
    "show me {count} pictures of {prompt}",
    "make {count} pictures of {prompt}",
    "draw {count} pictures of {prompt} on the {screen} screen",
    "draw {prompt} in {size}",
    "draw {prompt} in {size} on the {screen}",
    "draw {prompt} in {size} on the {screen} screen",
    "draw {prompt} on the {screen} screen",
    # "Show me the …" is something that there is; what is new here can only be drawn.
    *(f"show {me}{{a prompt}}{on}" for me in ("", "me ") for on in ("", " on the {screen} screen")),
    "let me see {a prompt}",
    "show me a picture of {prompt} on the {screen} screen",
    "…",
)
# Of these the whole sentence is the change; the last ones may be about the home as well, and are asked back.
WHOLE = (
    *(
        f"…{bit}{so}"
        for bit in ("", "a bit ", "a little ")
        for so in ("bigger", "smaller", "brighter", "darker")
    ),
    "…black and white",
    "…flip it",
    "…rotate it",
    "…turn it upside down",
    "…zoom in",
    "…zoom out",
    "…zoom {}",
    "…give it {}",
    "…put {} on it",
    "…paint it {}",
    "…draw it {}",
    "…turn {} into {}",
    "…replace {} with {}",
    "…swap {} for {}",
    "…take {} out",
    "…take out {}",
    "…change the background",
    "…change the background to {}",
    "…give {} {}",
    "…put {} on {}",
    "…make {} {}",
    "…more {}",
    "…less {}",
)
CHANGE = (
    "change the picture to {change}",
    "make the picture {change}",
    "change the picture on the {screen} to {change}",
    "change the picture on the {screen} screen to {change}",
    "change the picture to {change} on the {screen} screen",
    "make the picture {change} on the {screen} screen",
    "{how} {change} to the picture",
    "{how} {change} from the picture",
    "edit the picture {change}",
    "change the picture so that {change}",
    "…make it {change}",
    "…change it to {change}",
    "…turn it into {change}",
    "…{how} {change}",
    "…make it {change} on the {screen} screen",
    "…{how} {change} on the {screen} screen",
    "…now {how} {change}",
    "…then {how} {change}",
    *WHOLE,
)
EVERY = (
    *(f"on {{screen={every}}} screens" for every in ("all", "both")),
    *(f"on {{screen={every}}}" for every in ("every screen", "all of them")),
)
ON = ("on the {screen}", "on the {screen} screen")
WHERE = (*ON, "in the {screen}")
PUT = ("", "show it ", "put it ")
MOVE = (
    *(f"…{show}only {where}" for show in PUT[:2] for where in WHERE),
    *(f"…{put}{where} instead" for put in PUT for where in WHERE),
    *(
        f"…{but}{where}"
        for but in ("move it to the {screen}", "not there on the {screen}")
        for where in ("", " screen")
    ),
)
ALSO = (
    *(f"…{where}" for where in ON),
    *(f"…{put} it {where}" for put in ("show", "put", "hang") for where in WHERE),
    *(f"…{put}{where} {too}" for put in PUT for where in WHERE for too in ("too", "as well")),
    *(f"…also {where}" for where in WHERE),
    "…show it {screen}",
    "…send it to the {screen} screen",
    *(f"…{put}{{screen=everywhere}}" for put in ("", "put it ", "hang it ", "send it ")),
    *(f"…{on}{every}" for on in ("", "show it ", "put it ") for every in EVERY),
)
OLD = ("one before", "picture before", "old one", "old picture")
FIRST = ("{back=original}", "{back=original} one", "{back=original} picture")
AGAIN = tuple(
    f"show the picture {of} {{words}} again{on}"
    for of in ("of", "with")
    for on in ("", *(f" {on}" for on in ON))
)
BEFORE = (
    *(f"{show}the {old}" for show in ("", "show ", "show me ", "put back ", "bring back ") for old in OLD),
    *(f"{move} the {old} back" for move in ("put", "bring") for old in OLD),
    *(f"show {me}the {old} again" for me in ("", "me ") for old in OLD),
    *(f"{show}the {old} {on}" for show in ("", "show ") for old in OLD for on in ON),
    *(f"{show}the {first}" for show in ("", "show ", "show me ", "put back ", "back to ") for first in FIRST),
    *(f"{move} the {first} back" for move in ("put", "bring") for first in FIRST),
    *(f"{show}the {first} {on}" for show in ("show ", "show me ") for first in FIRST for on in ON),
    *(f"go back to the {first}" for first in FIRST),
    *(f"…go back {back}" for back in ("{back}", "{back} pictures", "{back} steps", "by {back}")),
    "…{back} back",
    "show the last picture again",
    "go back to the picture before",
    "bring back the picture",
    "undo the picture",
    "undo the change of the picture",
    *(
        f"…{no}the {one} was better"
        for no in ("", "no ")
        for one in ("first one", "one before", "old one", "last one")
    ),
    "…i liked the one before better",
    "…i liked the old one better",
    "…it was better before",
    "…bring it back",
    "…undo",
    "…undo it",
    "…undo that",
    "…put it back",
    "…change it back",
    "…go back",
)
CARD = (
    "show the {card} card",
    "show me the {card} card",
    "show me the {card} on the {screen} screen",
    "show the {card} on the {screen} screen",
    "show me the {card} on the screen",
    "show the {card} on the screen",
    "show the {text} {card} card",
    "show the {text} {card} on the screen",
    "show me the {text} {card} on the screen",
    "show the {text} {card} on the {screen} screen",
    "show me the {text} {card} on the {screen} screen",
    "put the {card} on the {screen} screen",
    "put the {text} {card} on the {screen} screen",
    *(
        f"show {me}{new}"
        for me in ("", "me ")
        for new in ("a {card} for {text}", "a {card}", "{a text} {card=list}")
    ),
    # A model's QR code leads nowhere.
    *(
        f"{make} a {{card=qr code}} {of} {{text}}{on}"
        for make in ("show", "show me", "make", "make me")
        for of in ("of", "for", "with")
        for on in ("", " on the {screen} screen")
    ),
    "write {text} on the screen",
    "write {text} on the {screen} screen",
    "…",
)
PHOTO = (
    "use the photo i sent",
    "show the photo i sent",
    "show me the photo i sent",
    "show my photo",
    "make my photo {change}",
    "make the photo i sent {change}",
    "turn my photo into {change}",
    "turn the photo i sent into {change}",
    "make {change} of my photo",
    "make {change} of the photo i sent",
    "use the photo i sent for {change}",
    "…",
)
THAT = ("the", "that", "this")
DELETE = (
    *(f"{delete} {that} picture" for delete in ("delete", "throw away") for that in THAT),
    "throw the picture away",
    "delete the picture on the {screen}",
    "delete the picture on the {screen} screen",
    *(f"…{delete}" for delete in ("delete it", "delete that", "delete this", "delete this one")),
    *(f"…throw {it} away" for it in ("it", "that", "this")),
)
COST = (
    *(f"what did {that} picture cost" for that in THAT),
    *(f"how much did {that} picture cost" for that in THAT),
    *(f"how much was {that} picture" for that in THAT),
    *(f"…{how} did {it} cost" for how in ("what", "how much") for it in ("that", "it", "this")),
    *(f"…how much was {it}" for it in ("that", "it")),
)
