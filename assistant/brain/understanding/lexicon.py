"""Household English as tables: what each word contributes to a command."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.brain.understanding.tables import bag, phrases, spread, table

SPELLINGS: Mapping[str, str] = table(
    """
    television=tv | telly=tv | tele=tv | color=colour | colors=colours | gray=grey | centigrade=celsius
    switched=turned | livingroom=living room | half-way=halfway | wifi=wi fi
    turning=turn | switching=switch | setting=set | opening=open | closing=close | locking=lock
    unlocking=unlock | dimming=dim | putting=put | making=make | raising=raise | lowering=lower |
        starting=start
    """
)

# What a word asks for: a direction, and where it names one, the property it moves (direction/property).
SENSES: Mapping[str, str] = spread(
    """
    on: turn on, switch on, put on, power on, power up, enable, activate, ^light up, illuminate, flip on,
        fire up, let there be, there be
    weak on: on
    off: off, turn off, switch off, put off, power off, power down, shut off, disable, deactivate, kill,
        ^cut, flip off
    off/light: put out, ^out, lights out, douse, extinguish
    up: up, raise, increase, higher, more, turn up, boost, bump up, lift, put up
    down: down, lower, decrease, reduce, less, turn down, bring down, put down, drop
    up/brightness: brighter, brighten, brighten up, lighter, too dim, is too dim, are too dim, are too dark
    down/brightness: dim, dimmer, darker, darken, soften, dim down, tone down
    up/temperature: warmer, hotter, warm up, heat up, warm, too cold, too chilly, too cool, i am cold,
        i am freezing, i am too cold, freezing, chilly
    down/temperature: cooler, colder, cool down, cool off, cool, too hot, too warm, i am hot, i am too hot,
        i am boiling, boiling, stuffy, i am too warm, i am sweating
    up/volume: louder, too quiet
    down/volume: quieter, softer, too loud, too noisy
    up/speed: faster, speed up
    down/speed: slower, slow down
    on/light: too dark, is dark, it is dark, it is so dark, pitch dark, it is pitch dark, is getting dark,
        it is getting dark, it is too dark, i can not see a thing, i can not see anything, can not see
    down/brightness!: too bright, so bright, are too bright, are so bright
    open: open, open up
    close: close, shut, close up, draw
    lock: lock, lock up, bolt, secure
    unlock: unlock, unbolt
    stop: stop, halt, cancel, end
    start: start, run, launch, begin, start up
    play: play, resume, unpause, continue
    pause: pause, hold
    next: next, skip, skip to the next, skip forward, next track, next song, skip this, skip to next
    previous: previous, go back, back to the previous, last song, last track, skip back
    clean: clean, ^vacuum, ^hoover, start cleaning, clean up, start vacuuming,
        sweep, vacuuming, cleaning
    dock: dock, back to the dock, to the dock, return to dock, back to its dock, go home, send home,
        to its dock, back home, to its base, to the base, back to base, return to base, to base,
        back to the base, return to the dock, charge, go charge, to its charger, stop cleaning,
        stop vacuuming, finish cleaning, home, return to its base, back to its base, return to its dock
    mute/volume: mute, silence
    neutral: i would like, i want, i need, we need, we want, i would love, can we have, could we have,
        can i have, can i get, could i have, could i get, let me have, let us have, turn, switch, set, put,
            make, change, adjust, get, give, keep, leave, have, roll, pull, wind,
        let, use
    carry: bring, move, take, go, send, tell, ask, return
    """
)
PROPERTIES: Mapping[str, str] = spread(
    """
    brightness: brightness, light level, brightness level, intensity
    volume: volume, sound, sound level, volume level
    temperature: temperature, heat, heating level
    speed: speed
    position: position
    colour: colour
    track: song, track, tune, tracks
    """
)
# Adjectives that are a wish only beside a neutral verb ("I want the blinds closed").
STATES: Mapping[str, str] = spread(
    """
    close: closed
    open: opened
    lock: locked
    unlock: unlocked
    down/brightness: dimmed
    """
)
COLOURS = bag(
    """
    red green blue yellow orange purple pink white cyan magenta turquoise teal violet lavender lilac
    indigo gold golden amber crimson scarlet lime olive salmon coral peach maroon navy aqua mint beige
    ivory brown silver grey fuchsia plum khaki
    """
)
COLOUR_PHRASES: dict[tuple[str, ...], str] = {
    **{(colour,): colour for colour in COLOURS},
    **{(shade, colour): f"{shade} {colour}" for shade in ("dark", "deep") for colour in COLOURS},
    **{
        ("to", "light", colour): f"light {colour}" for colour in ("blue", "green", "pink", "yellow", "purple")
    },
    **{(tone, "white"): f"{tone} white" for tone in ("warm", "cool", "cold", "soft", "neutral", "bright")},
    ("daylight",): "daylight",
    ("candlelight",): "candlelight",
    ("sky", "blue"): "sky blue",
    ("hot", "pink"): "hot pink",
    ("lime", "green"): "lime green",
    ("forest", "green"): "forest green",
    ("royal", "blue"): "royal blue",
}
# Shares of the whole, in percent; "!" marks those that are extremes.
SHARES: Mapping[str, str] = spread(
    """
    50: half, halfway, half way, the middle, middle
    25: a quarter, quarter, quarter of the way, one quarter
    75: three quarters, 3 quarters
    33: a third, 1 third, third
    100: full, maximum, max, the maximum, full blast, full power, all the way, completely, fully,
        brightest, full brightness, as bright as possible, highest, the highest, full volume, full speed,
        max volume, maximum brightness, top
    1: minimum, the minimum, lowest, the lowest, dimmest, as low as possible, min
    """
)
LEVELS: Mapping[str, str] = spread(
    """
    33: low
    66: medium, mid
    100: high
    """
)
STEPS: Mapping[str, str] = spread(
    """
    small: a bit, a little, a little bit, slightly, a touch, a notch, some, a tad, a bit more,
        a little more, bit, little, somewhat
    large: a lot, much, way, a good deal
    """
)
UNITS: Mapping[str, str] = spread(
    """
    percent: percent, percents, per cent
    degrees: degrees, degree, degrees celsius, degree celsius, celsius, degrees c
    fahrenheit: fahrenheit, degrees fahrenheit
    """
)
QUANTIFIERS: Mapping[str, str] = spread(
    """
    all: all, every, each, all of, all the, every single, any, any of
    both: both, both of, both the
    everything: everything, all devices, all the devices, every device, anything, all of it,
        all appliances
    everywhere: everywhere, anywhere, in every room, in each room, in all rooms, in all the rooms,
        in all of the rooms, in every single room, the whole house, in the whole house, the whole home,
        the entire house, in the entire house, in the entire home, in the whole home, throughout the house,
        throughout, throughout the home, all over the house, all over the place, all over,
        all through the house, the whole place, in the whole place, around the house, every room, all rooms,
        all the rooms, in the complete house
    """
)
PRONOUNS: Mapping[str, str] = spread(
    """
    it: it, that, this, this 1, that 1
    them: them, those, they, these, both of them, all of them
    """
)
EXCEPT = phrases(
    """
    except, except for, but not, apart from, other than, besides, excluding, save for, aside from,
    without, leave out
    """
)
AND = phrases(
    """
    and, then, and then, also, and also, plus, as well as, after that, and after that, along with,
    together with
    """
) | {",", ", and", ", then"}
BUT = frozenset({"but", ", but"})
TO = frozenset({"to", "at", "until"})
BY = frozenset({"by"})
NEGATIONS = bag(
    """
    not never no nobody nothing none neither nor dont cant without unless instead nope hardly
    """
)
NOTHING_TO_DO = phrases(
    """
    stop, cancel, never mind, nevermind, forget it, forget about it, nothing, no, no thanks, no
    thank you, shut up, be quiet, quiet, stop it, that is all, leave it, cancel that, forget that,
    never mind that, stop talking, it is fine, do not worry, nope, enough
    """
)
THANKS = phrases(
    """
    thanks, thank you, thank you very much, thanks a lot, great, good, perfect
    """
)
GREETINGS = phrases(
    """
    hello, hi, hey, good morning, good evening, good afternoon, hello there
    """
)
NIGHT = phrases("good night, sleep well, good night then, i am going to bed, i am off to bed")
AGAIN = phrases(
    """
    what did you say, what did you just say, what was that, say that again, say it again, repeat that,
    repeat, repeat it, pardon, pardon me, come again, once more, could you repeat that, can you repeat that,
    what, i did not hear you, i did not hear that, i did not get that, i did not catch that, sorry what
    """
)
"""Water runs and pans sizzle: what was said last is said again, and a question of ours stays open."""
ASKING = phrases(
    """
    is it possible to, is it possible for you to, would it be possible to, would it be possible for you to,
    would it be okay to, would it be ok to, could it be possible to, would you be able to, is it okay to,
    would you be so kind as to, would you be so kind and, could you possibly, can you possibly, is it ok to,
    do you think you could, do you think you can, it would be nice if you could, any chance you could,
    it would be great if you could, it would be nice to, might you, may i ask you to, can i ask you to,
    could i ask you to, could you be so kind as to, would it be alright to
    """
)
"""Orders that sound like questions; they are no more than a please."""
FILLERS = ASKING | phrases(
    """
    and, also, help me, help me to, please, could you, can you, would you, will you, would you mind,
    i want you to,
    i would like you to, i would like to,  i want to,  i need you to,  i need to, hey, hi, hello,
        okay, ok,
    now, right now, just, kindly, for me, thanks, thank you, the, a, an, my, our, your, let us,

    go ahead and, be so kind as to, be so good as to, be so kind and, computer, assistant, quickly, again,
        too,
    um, uh, er, erm, well, so, do me a favour and, do me a favor and, if you can, if you could,
        if you do not mind,
    if you please, when you get a chance, when you can, can we, could we,

        are you able to, you can,
        how about, in here, here, over there,
    it is, here is, straight away, immediately, quick, with, of, it is, is a bit, is a little, it is a bit,
        time to, it is time to,
    i think,   for us, in there, the house, the floor, the floors, this place, the place,
        the room, this room, the home, to be, to,  really, very,
    would be nice, at once, feel free to, i said, actually, us, around, all right, alright, good morning,
    good evening, excuse me, in, on the, in the, at the, of the, from, for, me some, me, some more, value,
        level
    """
)
