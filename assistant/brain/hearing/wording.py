"""Frames of sentences per family.

{n} name, {p} percent, {d} degrees, {s} small number, {c} colour, {a} area.
"""

from __future__ import annotations

from collections.abc import Mapping


def lines(text: str) -> tuple[str, ...]:
    """Entries between bars and line ends."""
    return tuple(part.strip() for line in text.splitlines() for part in line.split("|") if part.strip())


FLOORS = lines(
    """
    turn off everything {on} | turn everything off {on} | turn off all the lights {on}
    turn off the lights {on} | turn on the lights {on} | switch off the lights {on} | lights off {on}
    {n} lights off | turn on the {n} lights
    is anything open {on} | are any windows open {on} | are the lights on {on} | are any lights on {on}
    which lights are on {on} | close the blinds {on} | open the blinds {on} | turn off the {n} lights
    turn all the lights off {on} | is anything on {on} | what is the temperature {on}
    """
)
"""{on} on that floor, {n} its name."""
POWER = """
turn on {n} | turn on {n} | turn {n} on | turn {n} on | switch on {n} | switch {n} on | {n} on | put on {n}
turn off {n} | turn off {n} | turn {n} off | turn {n} off | switch off {n} | switch {n} off | {n} off
put {n} on | put {n} off | shut off {n} | shut {n} off | activate {n} | is {n} on | is {n} off
is {n} still on | did i leave {n} on | check if {n} is on | what is the state of {n} | are {n} on
start {n} | stop {n} | get {n} on | i want {n} on | i want {n} off | can i have {n} on
"""
PHRASES: Mapping[str, tuple[str, ...]] = {
    "light": lines(
        POWER
        + POWER
        + """
        dim {n} | dim {n} to {p} percent | dim {n} down | brighten {n} | brighten {n} to {p} percent
        set {n} to {p} percent | set {n} to {p} percent | set {n} to {p} | set {n} brightness to {p} percent
        set the brightness of {n} to {p} percent | turn {n} up | turn {n} down | turn up {n} | turn down {n}
        turn {n} down to {p} percent | turn {n} up to {p} percent | turn {n} to {p} percent
        make {n} brighter | make {n} darker | make {n} dimmer | make {n} a bit brighter
        make {n} a little darker
        turn on {n} at {p} percent | turn {n} on at {p} percent | turn on {n} to {p} percent
        increase the brightness of {n} | lower the brightness of {n} | lower {n} to {p} percent
        {n} {p} percent | {n} to {p} percent | {n} brighter | put {n} at {p} percent
        bring {n} down to {p} percent
        set {n} to {c} | turn {n} {c} | make {n} {c} | change {n} to {c} | change the colour of {n} to {c}
        change the color of {n} to {c} | set {n} colour to {c} | make {n} {c} and set it to {p} percent
        set {n} to half brightness | set {n} to full brightness | set {n} to maximum | set {n} to half
        turn {n} {c} | i want {n} {c} | i would like {n} {c} | light up the {a} | how bright is {n}
        """
    ),
    "switch": lines(POWER),
    "heater": lines(POWER),
    "device": lines(
        POWER + "open {n} | close {n} | is {n} open | is {n} closed | shut {n} | play {n} | start {n}"
    ),
    "blinds": lines(
        """
        open {n} | open {n} | close {n} | close {n} | shut {n} | raise {n} | lower {n} | pull up {n}
        pull down {n}
        roll up {n} | roll down {n} | put {n} up | put {n} down | {n} up | {n} down | move {n} up
        move {n} down
        set {n} to {p} percent | open {n} to {p} percent | open {n} half way | open {n} halfway
        close {n} half way | put {n} half way | raise {n} half way | lower {n} to {p} percent
        move {n} to {p} percent
        stop {n} | is {n} open | is {n} closed | are {n} open | are {n} closed | draw {n} | set {n} to half
        set {n} position to {p} percent | set the position of {n} to {p} percent | bring {n} down
        bring {n} up
        """
    ),
    "thermostat": lines(
        """
        set {n} to {d} degrees | set {n} to {d} | set the temperature to {d} degrees
        set the temperature to {d} degrees
        set the temperature to {d} | set the heating to {d} degrees | turn {n} up | turn {n} down
        turn up {n}
        turn down {n} | turn the heating up | turn the heating down | turn up the heating
        turn down the heating
        turn up the heat | turn down the heat | turn the heat up | turn the heat down | make it warmer
        make it cooler
        make it a bit warmer | make it colder | make it warmer in the {a}
        set the temperature in the {a} to {d} degrees
        raise the temperature | raise the temperature to {d} degrees | lower the temperature to {d} degrees
        lower the temperature | raise the temperature by {s} degrees | lower the temperature by {s} degrees
        turn the heating down by {s} degrees | turn {n} up by {s} degrees | turn {n} to {d} degrees
        increase the temperature by {s} degrees | what is {n} set to | heat the {a} to {d} degrees
        what's the temperature in the {a} | turn {n} on | turn {n} off | turn off the heating
        make it {d} degrees
        change the temperature to {d} degrees | what is the temperature | how warm is it in the {a}
        how warm is it
        """
    ),
    "lock": lines(
        """
        lock {n} | lock {n} | unlock {n} | unlock {n} | lock up {n} | is {n} locked | is {n} unlocked
        is {n} open
        is {n} closed | did i lock {n} | have i locked {n} | check if {n} is locked | lock the door
        unlock the door
        make sure {n} is locked | secure {n} | is {n} still locked | is {n} locked right now
        """
    ),
    "fan": lines(
        POWER
        + """
        set {n} to {p} percent | set {n} speed to {p} percent | set the speed of {n} to {p} percent
        make {n} faster
        set {n} to low | set {n} to medium | set {n} to high | turn {n} up | turn {n} down | put {n} on high
        {n} to {p} percent | turn {n} to {p} percent | set {n} to full speed | run {n} at {p} percent
        slow {n} down
        """
    ),
    "media player": lines(
        POWER
        + """
        play | pause | play {n} | pause {n} | pause {n} | stop {n} | resume {n} | play music
        play some music
        pause the music | stop the music | resume the music | next song | next track | skip this song
        skip to the next song | skip to the next track | previous song | previous track
        go back to the previous song
        turn up {n} | turn down {n} | turn {n} up | turn {n} down | turn up the volume
        turn down the volume
        volume up | volume down | turn the volume up | turn the volume down | make it louder
        make it quieter
        set the volume to {p} percent | set the volume to {p} | set the volume of {n} to {p} percent
        set {n} volume to {p} percent | turn the volume of {n} down | turn {n} volume up | mute {n}
        set {n} to {p} percent | increase the volume | decrease the volume
        turn the volume up by {p} percent
        play the next song on {n} | next song on {n} | turn the volume up on {n} | make {n} louder
        make {n} quieter
        """
    ),
    "vacuum": lines(
        """
        start {n} | start {n} | stop {n} | start cleaning | start vacuuming | vacuum the house | run {n}
        pause {n}
        send {n} home | send {n} back to its dock | send {n} to the dock | return {n} to its dock | dock {n}
        send {n} back to the dock | send {n} to its base | turn on {n} | turn off {n} | is {n} cleaning
        is {n} running
        vacuum the floor | clean the floor | clean the house | tell {n} to start cleaning
        tell {n} to go home
        """
    ),
    "door sensor": lines(
        "is {n} open | is {n} closed | is {n} still open | did i leave {n} open | check {n}"
    ),
    "window sensor": lines(
        "is {n} open | is {n} closed | is {n} still open | are any windows open | check {n}"
    ),
    "motion sensor": lines(
        "is there motion in the {a} | is there any motion in the {a} | is there movement in the {a}"
    ),
    "temperature sensor": lines(
        """
        what's the temperature in the {a} | what is the temperature in the {a} | how warm is it in the {a}
        how hot is it in the {a} | how cold is it in the {a} | what is {n} | what's {n} | tell me {n}
        tell me the temperature in the {a} | what is the temperature
        """
    ),
    "humidity sensor": lines(
        "what is the humidity in the {a} | how humid is it in the {a} | what's {n} | tell me {n}"
    ),
}
FREE = lines(
    """
    turn on the lights in the {a} | turn off the lights in the {a} | turn off all the lights in the {a}
    turn off all lights | turn on all lights | turn off all the lights | turn on all the lights
    all lights off
    all lights on | switch off all the lights | switch all the lights off | turn all the lights off
    lights on
    lights off | turn off the lights | turn on the lights | turn off everything | turn everything off
    turn off everything in the {a} | turn everything off in the {a} | turn on the {a} lights
    turn off the {a} lights
    turn on both lights in the {a} | dim the lights | dim the lights in the {a}
    dim the {a} lights to {p} percent
    set the lights in the {a} to {p} percent | turn off all the lights except the {a} light
    switch off the {a} lights
    turn off all lights except the {a} light | turn off everything except the {a} light
    turn the lights off in the {a}
    are any lights on | which lights are on | are the lights on in the {a} | are all the lights off
    is everything off
    are any lights on in the {a} | is everything locked | are all doors locked | are any doors open
    are any windows open
    close all the blinds | open all the blinds | close all blinds | open all blinds | close the curtains
    open the curtains
    close all the curtains | it's too dark in the {a} | it is too dark in the {a}
    it's too bright in the {a}
    it's dark in the {a} | it's too cold | it's too warm | it's cold in here | it's too hot in here
    i'm cold | i'm hot
    i'm too hot | i'm freezing | turn it off | turn it on | make it brighter | make it darker | make it {c}
    set it to {p} percent | turn it up | turn it down | dim it | dim it to {p} percent | close it | open it
    turn it up a bit | turn them off | turn them on | a bit brighter | what's the temperature in the {a}
    what is the temperature in the {a} | how warm is it in the {a} | what's the temperature | how warm is it
    make the {a} brighter | make the {a} warmer | turn on everything in the {a} | lock all the doors
    lock the doors
    """
)
HABITS = lines(
    """
    stop | stop | cancel | never mind | yes | yes please | no | no thanks | what time is it
    what's the time
    what day is it | what's the date | what day is it today | tell me the time | what time is it now
    what's the date today
    thank you | thanks | that's all | forget it | good morning | good night | hello | what is the time
    what did you say | say that again | repeat that
    both of them | all of them | the first one | the second one
    """
)
LENGTHS = lines(
    """
    {m} minutes | {m} minutes | {m} minutes | {m} minute | {m} seconds | {h} hours | an hour
    half an hour | an hour and a half | one and a half hours | a minute | {h} hours and {m} minutes
    a quarter of an hour | one hour | an hour and {m} minutes | a minute and a half | ten seconds
    twenty minutes | ninety seconds
    """
)
MOMENTS = lines(
    """
    at {h} | at {h} | at {h} o'clock | at half past {h} | at quarter past {h} | at quarter to {h}
    at {h} pm | at {h} am | at {h} thirty | at {h} fifteen | at {h} forty five | at {h} in the morning
    at {h} in the evening | at ten past {h} | at ten to {h} | at noon | at midnight | tomorrow
    tomorrow morning | tomorrow evening | tonight | this evening | this afternoon | tomorrow at {h}
    tomorrow at half past {h} | on {d} | on {d} at {h} | on {d} morning | at {h} thirty on weekdays
    at {h} on weekdays | at {h} every day | every day at {h} | in {l} | in {l} | in {l}
    at {h} tomorrow | at {h} pm tomorrow | at {h} twenty | at half past {h} on weekdays
    """
)
"""Times to come; {h} hour, {d} day, {l} length of time."""
DAYS = lines("monday | tuesday | wednesday | thursday | friday | saturday | sunday")
WARES = lines(
    """
    milk | eggs | bread | butter | cheese | coffee | tea | apples | bananas | tomatoes | potatoes
    onions | rice | pasta | flour | sugar | salt | oil | water | juice | beer | wine | chicken | fish
    meat | yoghurt | cream | toilet paper | soap | toothpaste | washing powder | batteries | light bulbs
    dog food | cat food | carrots | lettuce | oranges | lemons | chocolate | cereal | honey | jam
    pepper | garlic | ham | sausages | pizza
    """
)
CHORES = lines(
    """
    take out the bins | take out the rubbish | take out the trash | call mum | call my mother
    call the doctor | water the plants | feed the cat | feed the dog | walk the dog | pay the bills
    buy milk | do the laundry | empty the dishwasher | turn off the oven | check the oven
    take my pills | take the medicine | pick up the kids | clean the kitchen | go to bed
    leave for work | call the plumber | do my homework | close the windows | post the letter
    get the cake out of the oven | charge the car | bring in the washing | lock the door
    """
)
LIST_NAMES = lines("shopping | shopping | to do | grocery | packing")
TIMER_NAMES = lines(
    "pasta | egg | tea | pizza | oven | cake | laundry | bread | rice | kitchen | homework | nap"
)
POLITE_BEFORE = lines(
    """
    please | please | could you | can you | could you please | can you please | would you
    would you please | hey
    okay | hey can you | i want you to | i'd like you to | will you | can you just | would you mind
    let's | now
    okay now | just | go ahead and | i need you to | i would like you to
    """
)
POLITE_AFTER = lines(
    "please | please | please | now | for me | thanks | right now | for me please | thank you | again"
)
NEVER_ALONE = ("turn on the {n}", "turn the {n} off", "is the {n} on", "turn off the {n} please")
DECOYS = lines(
    """
    garage light | garage door | garden light | garden lamp | attic light | basement light | cellar light
    balcony light
    bathroom light | bathroom fan | office light | office lamp | desk lamp | floor lamp | ceiling light
    reading lamp
    night light | stairs light | dining room light | guest room light | guest room lamp | study lamp
    laundry light
    closet light | washing machine | dishwasher | dryer | oven | toaster | kettle | microwave | fridge
    freezer
    blender | iron | hair dryer | air conditioner | humidifier | dehumidifier | air purifier | radiator
    fireplace
    electric blanket | towel rail | ceiling fan | radio | speaker | stereo | computer | printer | router
    projector
    monitor | game console | camera | doorbell | alarm | gate | driveway gate | cat flap | dog door
    patio door
    side door | cellar door | window | skylight | balcony door | shed door | safe | mailbox | pool pump
    sprinkler
    sprinklers | lawn mower | hot tub | sauna | aquarium | fountain | christmas tree | fairy lights
    string lights
    awning | roller shutter | shades | bedroom curtains | kitchen blinds | office blinds | bathroom blinds
    car charger
    car | boiler | water heater | heat pump | solar panels | battery | nursery light | playroom light
    terrace light
    workshop light | wall light | mirror light | bedside lamp | lantern | chandelier | spotlight | shower
    tap | sink
    music box | clock | phone | tablet | soup | milk | bread | coffee | dinner | pizza | the dog | the kids
    """
)
