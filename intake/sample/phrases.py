"""What people in the borough say: sentences to put together, by topic and by stance.

The borough, its streets and everyone in it are made up. In braces stand details that differ from
one speaker to the next; `DETAILS` lists what may stand there.
"""

from dataclasses import dataclass

from schemas.events import Stance

CONSULTATION = "mallowmere-plan"
TITLE = "A plan for the Borough of Mallowmere"
OWNER = "Mallowmere Borough Council"


@dataclass(frozen=True)
class Bank:
    """The sentences of one topic.

    Attributes:
        id: The topic's id.
        title: The topic's title.
        question: What is asked.
        scenes: What one sees there, whichever side one is on.
        asks: What should be done, by stance.
        reasons: Why, by stance.
        seeds: Statements that the organiser put up at the start.
        replies: What officials answered.
    """

    id: str
    title: str
    question: str
    scenes: tuple[str, ...]
    asks: dict[Stance, tuple[str, ...]]
    reasons: dict[Stance, tuple[str, ...]]
    seeds: tuple[str, ...]
    replies: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """A template letter.

    Attributes:
        id: What the truth calls it.
        topic: The topic it is about.
        stance: Where it stands.
        text: The text as it was handed round.
        swaps: Words that senders change, and what they put instead.
        additions: Sentences of their own that senders add.
    """

    id: str
    topic: str
    stance: Stance
    text: str
    swaps: tuple[tuple[str, str], ...]
    additions: tuple[str, ...]


DETAILS: dict[str, tuple[str, ...]] = {
    "street": (
        "Tanner's Row", "Cobbler's Rise", "Wharf Street", "Old Mill Road", "Larkspur Avenue",
        "Kiln Terrace", "Chandler's Court", "Bellfounder Street", "Quince Close", "Ferry Steps",
        "Thimble Street", "Nettle Hill", "Dovecote Lane", "Saltbox Yard", "Pudding Row",
    ),
    "day": (
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ),
    "time": (
        "half past seven", "a quarter to eight", "eight", "ten past nine", "noon",
        "half past three", "a quarter past four", "five", "half past six", "a quarter to ten",
        "eleven at night",
    ),
    "years": (
        "two", "three", "five", "six", "eight", "nine", "eleven", "twelve", "fourteen", "seventeen",
        "nineteen", "twenty-two", "twenty-six", "thirty", "thirty-four", "forty-one", "fifty",
    ),
    "number": (
        "four", "five", "six", "seven", "nine", "ten", "a dozen", "thirteen", "fifteen", "eighteen",
        "twenty", "twenty-three", "thirty",
    ),
    "relative": (
        "daughter", "son", "mother", "father-in-law", "granddaughter", "neighbour", "husband",
        "wife", "flatmate", "nephew", "aunt", "youngest",
    ),
}  # fmt: skip

OPENINGS = (
    "I have lived on {street} for {years} years.",
    "We moved to {street} {years} years ago and mean to stay.",
    "Speaking as somebody who walks everywhere,",
    "Thank you for asking, it does not happen often.",
    "I filled in the last form too, so here I am again.",
    "I run a small shop on {street}.",
    "My {relative} told me to write this down, so I do.",
    "As a wheelchair user I look at this a little differently.",
    "I work nights and mostly see the place when it is quiet.",
    "I am {years} years into my retirement and have time to watch.",
    "I only read about this on {day}.",
    "First of all, well done for putting the drawings up in the bakery.",
    "I cannot come to the meetings because of my shifts.",
    "Our whole staircase on {street} talked about it.",
    "I teach at the school and hear what the children say.",
    "I drive a delivery van round here six days a week.",
    "Not an expert, just somebody with a dog and a daily round.",
    "I was against this at first and have thought about it since.",
    "I grew up here, went away, and came back {years} years ago.",
    "I had to read the leaflet twice, but here goes.",
)

CLOSINGS = (
    "That is all from me.",
    "Please let us know what comes of this.",
    "I am happy to help on a {day} if hands are needed.",
    "My {relative} says the same.",
    "I would gladly show somebody round on a {day}.",
    "Thanks for reading to the end.",
    "Whatever you decide, do tell us why.",
    "Good luck with it, honestly.",
    "I will come to the next meeting if there is tea.",
    "Others will put it better than I can.",
    "Start small and look again after a year.",
    "And please write the answer in plain words.",
)

REPLY_OPENINGS = (
    "To the person above: I see it another way.",
    "That is a fair point, and I would add to it.",
    "I read the comment above twice and had to smile.",
    "Good thought, and it made me think of this.",
    "With respect to the last speaker,",
    "Building on what was said before me,",
    "Somebody here put it well already, but from my side:",
    "I am not sure the comment above has it right.",
)

SHORT = (
    "I agree",
    "I agree.",
    "Agreed!",
    "Yes please",
    "No thank you.",
    "Totally agree",
    "Good idea.",
    "Same here!",
)

BANKS: tuple[Bank, ...] = (
    Bank(
        id="heron-lane",
        title="Heron Lane: through traffic",
        question="Should Heron Lane be closed to through traffic from seven to seven?",
        scenes=(
            "At {time} I counted {number} cars in one minute on Heron Lane.",
            "The lorries take the bend by the pharmacy as if it were a race track.",
            "My {relative} crosses Heron Lane twice a day and has stopped looking forward to it.",
            "On a {day} morning the queue reaches back to {street}.",
            "When the lane was shut for the water main last summer, children chalked the tarmac.",
            "The number of vans that stop on the pavement outside the post office is remarkable.",
            "I deliver to {number} addresses along the lane and know every pothole by name.",
            "Two of us had to step into the gutter on {day} because of a car on the kerb.",
            "The windows at the front of our house rattle from {time} onwards.",
            "The lollipop lady deserves a medal for what she does at that junction.",
            "It takes me {number} minutes to get out of {street} by car.",
            "You can smell the diesel in the waiting room of the surgery.",
            "Bicycles, prams and mobility scooters all share the same narrow strip there.",
            "Ambulances use the lane because the ring road is full.",
            "There has not been one {day} this month without somebody hooting under my window.",
            "The cut-through is in every navigation app, that is how strangers find us.",
        ),
        asks={
            Stance.FOR: (
                "Close it to through traffic and leave a gap for buses and bicycles.",
                "Please go ahead with the closure, and do it before the autumn term.",
                "Put planters at the north end and let people keep driving in from the south.",
                "I would shut the lane all day, not only from seven to seven.",
                "Try the closure for six months and measure what happens on the streets around it.",
                "Let residents through with a permit and send everybody else to the ring road.",
                "A bollard that the fire service can lower would do the trick.",
                "Turn the lane into a school street with two gates and a handful of volunteers.",
            ),
            Stance.AGAINST: (
                "Leave Heron Lane open, it is the only way round when the bridge is up.",
                "Do not close it, mend the surface and enforce the limit that we have.",
                "I ask you to drop the closure and put in two zebra crossings instead.",
                "Keep the lane open to trade, at least until eleven in the morning.",
                "Closing one lane only moves the queue to {street}, so please do not.",
                "A speed camera would be cheaper than all these planters.",
                "Make it one way if you must, but do not shut it.",
                "Please do not cut our end of the borough in two.",
            ),
            Stance.NEUTRAL: (
                "Count the traffic properly for a fortnight before anybody decides.",
                "Ask the bus drivers, they know the lane better than any of us.",
                "Whatever happens, somebody has to look at the junction with {street}.",
                "I could live with either plan as long as the pavement gets wider.",
                "Show us the numbers for the ring road as well, please.",
            ),
        },
        reasons={
            Stance.FOR: (
                "Children should be able to reach school without an adult holding each hand.",
                "Most of these drivers do not stop here, they merely pass through.",
                "A quieter lane would bring people to the shops, it did so in the summer.",
                "Older people would dare to cross again.",
                "We breathe the exhaust of people who do not even know our name.",
                "Nobody loses more than {number} minutes by going round.",
                "The houses on the lane were built for carts, and it shows.",
                "It is the cheapest road safety measure in the whole plan.",
            ),
            Stance.AGAINST: (
                "My customers come by car and carry heavy things home.",
                "The carer who looks after my {relative} has four visits before lunch.",
                "The ring road floods every winter and then we have nothing.",
                "People who cannot cycle are always the last to be asked.",
                "Somebody on {street} will get all that traffic under their bedroom.",
                "A taxi to the hospital already costs more than I like.",
                "We tried something like this {years} years ago and it was quietly undone.",
                "Trade on the lane is thin enough as it is.",
            ),
            Stance.NEUTRAL: (
                "Half of the argument is about figures that nobody has.",
                "Both sides are right about the school run, oddly enough.",
                "What worries me is that the two schemes are being mixed up.",
                "A decision made in a hurry is one we shall have again in {years} years.",
                "Feelings run high, so let us be kind to each other.",
            ),
        },
        seeds=(
            "Heron Lane should belong to the people who live, shop and learn on it.",
            "Closing one street should never make the next street worse.",
            "Buses, bicycles and emergency vehicles should always get through Heron Lane.",
        ),
        replies=(
            (
                "Thank you. We are counting traffic on Heron Lane and on four streets around it"
                " during May, and the figures will be on this page before anything is decided."
            ),
            (
                "The fire service has looked at the drawings and asked for bollards that it can"
                " lower. We have changed the plan accordingly."
            ),
            "Deliveries before eleven in the morning stay possible in both versions of the scheme.",
        ),
    ),
    Bank(
        id="market-hall",
        title="The old market hall",
        question="Should the market hall become a food market with workshops above?",
        scenes=(
            "The hall has stood empty for so long that the pigeons pay council tax by now.",
            "I bought my first pair of skates in that hall, at a stall near the east door.",
            "Rain comes through the glass roof in {number} places, I have counted the buckets.",
            "On market day the stalls on {street} are packed and the hall behind them is locked.",
            "The iron columns are beautiful once you look above the boards.",
            "My {relative} has a stall and loads the van at {time} whatever the weather.",
            "Every guest I take round town asks me what that lovely building is for.",
            "The clock on the hall has shown a quarter past four since I moved here.",
            "There are {number} empty shops within sight of the hall.",
            "The repair cafe meets in a church cellar and turns people away every {day}.",
            "Young people sit on the steps because there is nowhere else to sit.",
            "The Christmas fair was inside once, and it was the best evening of the year.",
            "The loading bay on {street} is full of abandoned trolleys.",
            "I looked through the keyhole on {day} and saw a fern growing inside.",
            "The traders' association has been asking for a roof for {years} years.",
            "You can hear the choir practise in the hall across the road with the windows shut.",
        ),
        asks={
            Stance.FOR: (
                "Open the hall as a food market and keep the rents low for the first years.",
                "I am all for the market below and the workshops above.",
                "Let the repair cafe and the potters have the upper floor.",
                "Please mend the roof first and then let the stalls move in.",
                "Give the traders of {street} the first choice of pitches.",
                "Do it, and put long tables in the middle where nobody has to buy anything.",
                "Keep one corner for stalls by the day, so that beginners can try their luck.",
                "Go ahead, and open until ten on two evenings a week.",
            ),
            Stance.AGAINST: (
                "Sell the hall to somebody who can afford the roof.",
                "Please do not open one more place for expensive coffee.",
                "I would rather see homes in the building than stalls.",
                "Leave the market out on the square, where it belongs.",
                "Spend the money on the swimming pool and lock the hall for now.",
                "Do not let the council run a market, it cannot run its own car park.",
                "Make it a sports hall, there is nothing else for the young.",
                "The workshops should go to the industrial estate, not above a fish stall.",
            ),
            Stance.NEUTRAL: (
                "Publish what the roof would cost before we vote on cheese.",
                "Ask the traders what they could pay, stall by stall.",
                "Open the doors for one weekend so that people can see the place.",
                "Look at what other towns of our size did with theirs.",
                "Decide about the lifts first, the stairs are steep.",
            ),
        },
        reasons={
            Stance.FOR: (
                "A town needs a place where one can be dry without spending money.",
                "Small businesses start on a trestle table and not in a shopping centre.",
                "It would bring life back to {street} after {time}.",
                "Half of our food comes from within {number} miles and nobody can buy it here.",
                "We would meet people whom we only know from the bus.",
                "The building was paid for by our great-grandparents, to be used.",
                "Craft needs noise and space, and flats give you neither.",
                "It is warm, it is central, and the bus stops outside.",
            ),
            Stance.AGAINST: (
                "These schemes start with bread and end with a chain store.",
                "The roof alone would swallow what we need for the schools.",
                "There is nowhere to park within {number} minutes on foot.",
                "The square is free, the hall would cost every trader rent.",
                "We have {number} bakers already and one dentist.",
                "Smells and noise at {time} are no joke if you sleep next door.",
                "The last manager lasted {number} months.",
                "People need somewhere to live before they need artisan jam.",
            ),
            Stance.NEUTRAL: (
                "The drawings are pretty but there is no number on them.",
                "Old buildings have a way of costing twice the estimate.",
                "It depends wholly on who runs it.",
                "I have heard three different plans from three different people.",
                "A trial would tell us more than any survey.",
            ),
        },
        seeds=(
            "The market hall should stay in public hands.",
            "Traders who are here today should come first when pitches are given out.",
            "A market hall needs seats where nobody has to buy anything.",
        ),
        replies=(
            (
                "The survey of the roof is finished and is attached to this topic. The estimate is"
                " lower than we feared."
            ),
            "We have written to all fifty-two traders on the square and will publish the answers.",
            "The hall will be open to look at on the second weekend of May. Please mind the fern.",
        ),
    ),
    Bank(
        id="river-path",
        title="A path along the Withy",
        question="Should the river path be surfaced and lit for walking and cycling?",
        scenes=(
            "In February the path was under water from the weir to {street}.",
            "A kingfisher lives below the footbridge, I see it most mornings at {time}.",
            "I ride to work along the river and arrive with mud up to my knees.",
            "There were {number} of us on the path on {day}, and {number} dogs.",
            "The anglers and the cyclists have learned to nod at each other, mostly.",
            "My {relative} fell on the roots near the old boathouse.",
            "Bats hunt along the willows at dusk, it is quite a show.",
            "Where the path meets {street} you cannot see who is coming.",
            "The rowing club carries its boats across the path {number} times an evening.",
            "Somebody has put a bench by the bend and it is never empty.",
            "With a pram one has to turn round at the second gate.",
            "It is pitch dark there at half past five in winter.",
            "The stretch by the allotments smells of mint after rain.",
            "I have pulled {number} shopping trolleys out of the reeds with the volunteers.",
            "School classes come down on a {day} to count frogs.",
            "The gate at the mill is too narrow for my handcycle.",
        ),
        asks={
            Stance.FOR: (
                "Give the path a firm surface all the way from the weir to the mill.",
                "Please light it, at least until ten in the evening.",
                "Build the path three metres wide, with a line of grass in the middle.",
                "Surface it, and fix the gate so that everybody gets through.",
                "I want the path lit and open before next winter.",
                "Make it part of the cycle network and put up proper signs.",
                "Raise the low stretch on boards, then it can flood as it likes.",
                "Go ahead, and put a bench every few hundred steps.",
            ),
            Stance.AGAINST: (
                "Leave the river path as it is, it is the last quiet place we have.",
                "No lamps by the water, please.",
                "Do not pave it, spread a little gravel and be done.",
                "Keep bicycles on the road and mend the cycle lane there.",
                "I am against lighting, whatever the colour of the lamps.",
                "Please put the money into the hospital bus and let the river be.",
                "Stop at the boathouse and leave the upper stretch to the otters.",
                "Do not make a race track out of a towpath.",
            ),
            Stance.NEUTRAL: (
                "Ask the wildlife trust what kind of light bats can bear.",
                "Try it with lamps that only wake up when somebody passes.",
                "Whoever decides should walk the whole path in January first.",
                "Split the plan in two, surface and lamps are different questions.",
                "Talk to the anglers before you draw the line.",
            ),
        },
        reasons={
            Stance.FOR: (
                "It is the only level way from the station to the school.",
                "I would leave the car at home {number} days out of ten.",
                "Women should not have to choose the long way round after dark.",
                "Wheelchairs and mud do not go together.",
                "A path that everybody can use is one that everybody looks after.",
                "The detour over Nettle Hill is no fun at the age of seventy.",
                "Children could cycle to the pool without crossing a main road.",
                "It takes {number} cars off the bridge for the price of some gravel.",
            ),
            Stance.AGAINST: (
                "Bats were here before us and have no say in this form.",
                "Asphalt by a river lasts until the first proper flood.",
                "One fast bicycle is enough to spoil a walk for {number} people.",
                "Dark places are rare and we should keep one.",
                "Roots lift any surface within {years} years, look at {street}.",
                "We go there precisely because nothing has been improved.",
                "Lamps attract insects, and the swallows go hungry.",
                "Upkeep is never in these budgets.",
            ),
            Stance.NEUTRAL: (
                "There must be a way to have both the bats and the bicycles.",
                "The flood maps were drawn before the new weir.",
                "I can see it from both ends of the dog lead.",
                "Nobody has said who will sweep the leaves.",
                "A narrower path might please everyone a little.",
            ),
        },
        seeds=(
            "The river path should be usable by everyone, in any season.",
            "Wildlife along the Withy comes before convenience.",
            "People should feel safe on the river path after dark.",
        ),
        replies=(
            (
                "The wildlife trust has suggested amber lamps that dim to almost nothing. We are"
                " asking for a price."
            ),
            "The narrow gate at the mill will be replaced this summer, whatever is decided here.",
            "The flood maps are being drawn again. We shall wait for them before fixing the level.",
        ),
    ),
    Bank(
        id="library-hours",
        title="Library hours",
        question="Should the library open in the evening and on Sundays, part of it without staff?",
        scenes=(
            "I stood before the closed door at {time} with three books and a crying child.",
            "The reading room is full of pupils on a {day}, every chair taken.",
            "My {relative} learned to use a computer there with a very patient lady.",
            "There are {number} newspapers and always a queue for the same one.",
            "The library is the one warm room on {street} where nobody asks what you want.",
            "I work until six and have not been inside on a weekday for {years} years.",
            "The self-service machine wished me a good morning at {time} in the afternoon.",
            "Story time has a waiting list of {number} families.",
            "Our flat is small, so the children do their homework between the shelves.",
            "The heating hums, the clock ticks, it is heaven.",
            "I found my first job on the notice board in the entrance.",
            "The chess table by the window is run by a gentleman of ninety.",
            "On Sundays you see people reading on the steps outside.",
            "They know my name at the desk, and what I like.",
            "The lift was out of order on {day}, again.",
            "I borrowed {number} books in the holidays and a ukulele.",
        ),
        asks={
            Stance.FOR: (
                "Open on Sundays, even if it is only for an afternoon.",
                "Longer evenings please, two a week would be a start.",
                "Let us in with our cards when the desk is closed.",
                "I would be glad of hours without staff as long as the hours with staff stay.",
                "Keep it open until nine during the exam weeks.",
                "Do both, evenings and Sundays, and tell the newspapers.",
                "Open at eight, so that shift workers can come on their way home.",
                "Use the self-service hours for the reading room and lock the rest.",
            ),
            Stance.AGAINST: (
                "Do not open without staff, a library is people.",
                "Keep Sundays free, librarians have families too.",
                "Please spend the money on books and not on door locks.",
                "I am against card entry, my {relative} would never manage it.",
                "Leave the hours alone and mend the lift.",
                "No cameras in the reading room, thank you.",
                "Give the branch on {street} its second day back first.",
                "Do not replace the desk by a machine under another name.",
            ),
            Stance.NEUTRAL: (
                "Ask the people who work there before you ask me.",
                "Find out who cannot come now, and why.",
                "Try one Sunday a month and count heads.",
                "Say clearly who is there to help when nobody is on duty.",
                "Look at the bus timetable before you print the new hours.",
            ),
        },
        reasons={
            Stance.FOR: (
                "People with jobs pay for the place and find it shut.",
                "A quiet desk is a luxury for a family of six.",
                "Sunday is the longest day of the week if you live alone.",
                "Pupils without a room of their own would be helped most.",
                "It costs less than one roundabout.",
                "The books are there anyway, they do not mind the hour.",
                "It is {number} miles to the next place with a free table.",
                "Other towns do it and have lost hardly a book.",
            ),
            Stance.AGAINST: (
                "Machines do not notice when somebody needs a word.",
                "First it is a few hours without staff, then it is all of them.",
                "I feel safe there because somebody looks up when I come in.",
                "The toilets would have to be locked, so what is the use.",
                "One good librarian is worth {number} evening hours.",
                "The young leave at {time} anyway, I have watched.",
                "Heating an empty hall on a Sunday is a waste.",
                "We lost {number} shelves in the last round of savings.",
            ),
            Stance.NEUTRAL: (
                "Nobody seems to know how many come at which hour.",
                "It might work for grown-ups and not for children.",
                "Hours on paper are no use if the bus has stopped.",
                "The two questions should not be on one form.",
                "Safety and freedom pull in different directions here.",
            ),
        },
        seeds=(
            "The library should be open when people who work can use it.",
            "A librarian should always be there while the library is open.",
            "The library is as important a place to meet as it is a place to read.",
        ),
        replies=(
            "No post at the desk will be cut. Hours without staff would come on top.",
            "The lift has a new motor since Thursday. Thank you for being patient with it.",
            "We shall try one Sunday a month from June and publish how many came.",
        ),
    ),
    Bank(
        id="night-bus",
        title="The Owl: a night bus",
        question="Should the borough pay for an hourly night bus from Friday to Sunday?",
        scenes=(
            "The last bus leaves at {time}, and the film ends ten minutes later.",
            "A taxi from the station to {street} cost me more than the concert.",
            "I finish my shift at the hospital when the first birds start.",
            "My {relative} walks home along the ring road with a torch.",
            "There were {number} of us at the stop on {day}, and no bus.",
            "The kitchen staff in the inns all live on the other side of the river.",
            "I drove the night bus in another town for {years} years.",
            "The stop on {street} has a roof, a bench, and a spider called Gerald.",
            "After the summer fair {number} people shared two taxis.",
            "Our street is so quiet at night that you hear the fridge next door.",
            "The old night service ran empty past my window, lit up like an aquarium.",
            "My phone told me to walk for {number} minutes along a road without a pavement.",
            "The bakery on {street} starts work at two in the morning.",
            "Teenagers ring their parents at midnight, and the parents drive.",
            "The timetable at the stop is from {years} years ago.",
            "I missed the last dance because of the last bus.",
        ),
        asks={
            Stance.FOR: (
                "Start the Owl this autumn, hourly, on Fridays and Saturdays at the least.",
                "Yes to the night bus, and let it stop on request between stops.",
                "Please run it past the hospital at the change of shifts.",
                "Pay for it, and make it free for the under-eighteens.",
                "I would have it every night of the week.",
                "Run a small bus on a long round rather than a big one on a short.",
                "Do it for two years, so that people learn to rely on it.",
                "Let the drivers choose the route, they know who stands where.",
            ),
            Stance.AGAINST: (
                "Do not pay for a bus that drives air around.",
                "Put the money into the daytime buses, they are late enough.",
                "Please no diesel under our windows at three in the morning.",
                "A shared taxi with a fixed price would serve the few who need it.",
                "Let the inns pay for it, it is their guests.",
                "I am against it until the {street} stop has a proper crossing.",
                "Leave the nights to sleep.",
                "Ask for a fare that covers the cost, or leave it.",
            ),
            Stance.NEUTRAL: (
                "Ask the hospital how many people finish when.",
                "Run it for the summer and publish the number of riders.",
                "Say what an hour of it costs, in plain figures.",
                "Look at calling a bus by phone before you buy one.",
                "Check whether the drivers want these shifts at all.",
            ),
        },
        reasons={
            Stance.FOR: (
                "Whoever keeps the town going at night should get home.",
                "Fewer people would drive after a drink.",
                "The young stay if they can come home late.",
                "It is a matter of safety, and not of fun.",
                "Not everybody has a parent with a car.",
                "The theatre would fill its back rows again.",
                "One bus replaces {number} sleepy drivers.",
                "I could take the shift that pays better.",
            ),
            Stance.AGAINST: (
                "We cannot get a bus to the surgery at {time} in the day.",
                "The last attempt carried {number} people a night.",
                "Some of us have to get up at five.",
                "A bus costs the same whether it is full or not.",
                "Those who go out can also pay for the way back.",
                "The next town has one and wishes it had not.",
                "Noise carries far across the water.",
                "There are {number} things in this plan that I need more.",
            ),
            Stance.NEUTRAL: (
                "It depends on the route, and there is no map.",
                "Two trial months in summer prove nothing about January.",
                "I would use it, but perhaps I am the only one.",
                "Without figures we are only telling each other stories.",
                "A good daytime service might matter more, or might not.",
            ),
        },
        seeds=(
            "Nobody who works at night should have to walk home along a main road.",
            "Night buses should only run where enough people use them.",
            "The inns and the theatre should pay a share of the night bus.",
        ),
        replies=(
            "The hospital has given us its shift times, and the draft timetable now meets them.",
            (
                "An hour of the Owl costs about as much as a hot dinner for the whole bus. The"
                " exact figures are in the paper for the May meeting."
            ),
            "The timetable at the stop has been replaced. Gerald was not disturbed.",
        ),
    ),
    Bank(
        id="widdershins-green",
        title="Widdershins Green: meadow and geese",
        question="Should half of Widdershins Green be left unmown as a meadow?",
        scenes=(
            "There are {number} geese on the green and they behave as if they owned it.",
            "My {relative} was hissed at on {day} and has talked of nothing else.",
            "Where the mower could not go last year there were orchids.",
            "The cricket square is brown, the rest is daisies.",
            "I counted {number} kinds of bee near the duck house.",
            "We play football there at {time}, with coats for goals.",
            "The brass band needs about as much grass as a cow.",
            "Since the hedge went, the wind takes every picnic blanket.",
            "In May the bank by {street} is white with cow parsley.",
            "A goose followed me to {street} and waited outside the chemist's.",
            "The mower starts at {time} on a {day}, under my bedroom.",
            "Children from the tower blocks have no other garden.",
            "The bench by the pond has a view that people propose in front of.",
            "Dogs love the long grass, and so do ticks.",
            "The old men play boules on the path because the lawn is too soft.",
            "I sat there for an hour on {day} and a hedgehog walked past.",
        ),
        asks={
            Stance.FOR: (
                "Leave half of it to grow, and mow paths through it in curves.",
                "Please stop mowing the pond side altogether.",
                "Sow yellow rattle and let the meadow do the rest.",
                "Cut once a year, in September, with a scythe and a picnic.",
                "I am for the meadow, and for a sign that explains it.",
                "Keep the play lawn short and let everything else bloom.",
                "Let the school look after the meadow and measure it.",
                "Do it for three summers before anybody judges.",
            ),
            Stance.AGAINST: (
                "Keep the green short, it is a lawn and was always one.",
                "Do not leave it to grow, we need every inch for games.",
                "Please mow more often and not less.",
                "Put your meadow behind the depot, there is room enough.",
                "I would rather have a fence between us and the geese.",
                "No long grass where toddlers play.",
                "Mow the whole of it and plant trees round the edge instead.",
                "Leave out the meadow and mend the paddling pool.",
            ),
            Stance.NEUTRAL: (
                "Mark it out with string first, so that we can see how big half is.",
                "Ask the geese, nobody else is going to move them.",
                "A quarter would do to begin with.",
                "Agree with the band and the cricketers before you agree with the bees.",
                "Tell us who clears the hay.",
            ),
        },
        reasons={
            Stance.FOR: (
                "Geese dislike long grass, so both problems solve each other.",
                "I have not heard a grasshopper here for {years} years.",
                "It saves petrol, noise and somebody's {day} morning.",
                "Children should know what a meadow smells like.",
                "The soil holds the rain better, and {street} stays dry.",
                "It costs nothing to do less.",
                "Butterflies came back within {number} weeks on the bank.",
                "A green need not look like a carpet.",
            ),
            Stance.AGAINST: (
                "You cannot see what the dogs have left in long grass.",
                "There are {number} teams and one pitch.",
                "It looks as though nobody cared.",
                "My {relative} has hay fever from April to August.",
                "Ticks are no laughing matter.",
                "Litter hides in it until the mower shreds it.",
                "People sit on short grass, they walk past the long.",
                "The green was given to the town for sport, it says so on the stone.",
            ),
            Stance.NEUTRAL: (
                "The geese will do as they please whatever we decide.",
                "Everybody pictures a different half.",
                "One summer is too short to tell.",
                "There is room for both if nobody shouts.",
                "It is only grass, dear neighbours.",
            ),
        },
        seeds=(
            "Some of Widdershins Green should be allowed to grow wild.",
            "There must always be room for ball games on Widdershins Green.",
            "The geese are part of the green and should stay.",
        ),
        replies=(
            "We have marked the proposed half with string. The geese have moved two of the pegs.",
            "The deed of gift speaks of sport and of rest, and our lawyer finds a meadow restful.",
            "The mower will not start before nine any more. We are sorry about the Sundays.",
        ),
    ),
)

LETTERS: tuple[Letter, ...] = (
    Letter(
        id="market-traders",
        topic="market-hall",
        stance=Stance.FOR,
        text=(
            "Dear councillors, I am writing to ask you to open the old market hall to the traders"
            " of our town. For too long this handsome building has been locked while stallholders"
            " stand in the rain outside its doors. A covered market would give small businesses a"
            " secure place to grow, bring fresh local food to people without a car, and fill the"
            " square with life again in the evening. Please keep the hall in public hands, mend"
            " the roof this year, and offer the first pitches at a fair rent to those who trade"
            " here today. Mallowmere deserves a market that is proud of itself."
        ),
        swaps=(
            ("handsome", "beautiful"),
            ("I am writing to ask you", "I write to urge you"),
            ("For too long", "For years now"),
            ("in the rain", "in all weathers"),
            ("secure", "safe"),
            ("fresh local food", "good fresh food"),
            ("in the evening", "after work"),
            ("this year", "before the winter"),
            ("fair rent", "reasonable rent"),
            ("deserves", "has earned"),
            ("Dear councillors,", "Dear Sir or Madam,"),
        ),
        additions=(
            "I have bought my apples from the same family since I was six.",
            "My grandmother sold eggs in that hall and would be cross to see it now.",
            "I knit and sell socks, and a dry stall would change my winters.",
            "I cannot walk far and the hall is just within my reach.",
            "My daughter would like to start a cheese stall when she is back from college.",
            "We come from two villages away and would come more often.",
            "I am the third generation on the square and hope not to be the last.",
            "Last December my hands were so cold that I dropped a customer's change twice.",
            "PS: the clock would be nice too.",
            "I run the flower stall by the fountain and sign this gladly.",
            "As a cook I would buy everything there, and walk to work past it.",
            "I met my wife in the queue for the fish stall, so I am not neutral.",
        ),
    ),
    Letter(
        id="quiet-nights",
        topic="night-bus",
        stance=Stance.AGAINST,
        text=(
            "To whom it may concern: I object to the proposal for an hourly night bus through our"
            " streets. The route passes within a few steps of bedrooms on Thimble Street and Ferry"
            " Steps, where families with small children and many older people sleep. The earlier"
            " service was withdrawn because hardly anybody used it, and nothing in the plan shows"
            " why this should be different today. I ask the council to spend the same sum on"
            " reliable buses during the day, which thousands of residents need, and to offer a"
            " shared taxi at a fixed price to those who work at night."
        ),
        swaps=(
            ("I object to", "I am strongly opposed to"),
            ("To whom it may concern:", "Dear planning team,"),
            ("a few steps", "a few yards"),
            ("many older people", "a good number of pensioners"),
            ("hardly anybody used it", "so few people used it"),
            ("reliable", "punctual"),
            ("thousands of residents", "most of us"),
            ("the same sum", "that money"),
            ("today", "now"),
            ("fixed price", "modest price"),
        ),
        additions=(
            "Our twins are eight months old and wake up at a whisper.",
            "I drive a tram and have to be rested at four in the morning.",
            "My bedroom is over the stop, you are welcome to try it.",
            "I do feel for the nurses and would gladly share a lift.",
            "We had double glazing put in for the old bus and would rather not start again.",
            "My husband is on dialysis and needs his sleep.",
            "The owls themselves, the feathered ones, might object to the name.",
            "I am eighty-one and remember when the whole street danced till two, but that is over.",
            "Please reply in writing, I have no computer.",
        ),
    ),
)

# What the usual suspects come back to, whichever sentence they began with.
HOBBY_HORSES: dict[str, tuple[str, ...]] = {
    "heron-lane": (
        "I have now kept a log of the lane for {number} weeks.",
        "As I wrote on {day}, and shall go on writing,",
        "Exhibit {number} in my folder:",
        "Nobody has answered my letter about the drain covers.",
        "I stood at the corner again at {time}, with my clicker.",
        "Further to my earlier remarks on turning circles,",
        "My spreadsheet has a new tab for {day}.",
        "One more thing, and it is the last for today.",
        "I asked at the depot and got no reply about {street}.",
        "Somebody has to say it, so I will.",
    ),
    "widdershins-green": (
        "Day {number} of my meadow diary.",
        "The geese and I have discussed it again.",
        "I took the mower's number at {time}.",
        "A short note from the bench by the pond:",
        "I have drawn a map of every daisy between here and {street}.",
        "My {relative} calls it an obsession, I call it a hobby.",
        "I have more to say about yellow rattle.",
        "As chair, secretary and only member of the Friends of Long Grass,",
        "It rained on {day}, which proves my point.",
        "Allow me one further observation.",
    ),
    "river-path": (
        "From the riverbank, with cold feet:",
        "I walked it end to end again on {day}.",
        "Kingfisher seen at {time}, for the record.",
        "My fourth letter about the mill gate, or the {number}th.",
        "The volunteers know my views, now you shall.",
        "A word about mud.",
        "I measured the width by {street} with my umbrella.",
        "Nobody loves this path as I do, so bear with me.",
    ),
    "night-bus": (
        "I have timed it again with a stopwatch.",
        "Report number {number} from the stop.",
        "It is {time} and I am at the stop once more.",
        "I have drawn up a timetable, see my previous notes.",
        "To continue where I stopped on {day}:",
        "I counted headlights on {street} for an hour.",
        "My {relative} asked me to leave it, but I cannot.",
        "The figures for this week are in.",
        "Allow me to correct my remark of last {day}.",
        "A reader of timetables writes:",
    ),
}

# Who did what, when and where, and what of it: the parts of a sentence of one's own.
OWN_STORY: tuple[tuple[str, ...], ...] = (
    (
        "My neighbour",
        "My late father",
        "A friend from the choir",
        "The woman who cuts my hair",
        "Our eldest",
        "My sister's boy",
        "A colleague of mine",
        "My grandmother",
        "The man at the chip shop",
        "Our old postman",
        "My husband",
        "A cousin from upriver",
        "My godson",
        "The retired vicar",
        "My boss",
        "Half my evening class",
    ),
    (
        "told me about it",
        "said as much",
        "lost a whole afternoon over it",
        "raised it with two councillors",
        "drew me a map of it",
        "kept a diary about it",
        "swore this would happen",
        "asked me to write this down",
        "wrote to the paper about it",
        "laughed when I mentioned it",
        "brought photographs to prove it",
        "came home upset about it",
        "tried to count them all",
        "explained it better than I can",
        "talked of nothing else",
        "walked me round to see",
    ),
    (
        "one wet Tuesday",
        "the week before Easter",
        "in the winter of the big frost",
        "after last year's harvest supper",
        "on the first warm evening",
        "during half-term",
        "the day the clocks changed",
        "after the carol service",
        "over a pot of tea",
        "while we waited for the doctor",
        "before the bowls club dinner",
        "the morning after the storm",
        "between two showers",
        "on my birthday",
        "when the bins were late again",
        "just before the shops shut",
    ),
    (
        "by the war memorial",
        "outside the post office",
        "behind the chapel",
        "at the top of Cobbler's Steps",
        "near the allotments",
        "on platform two",
        "under the railway arch",
        "in the queue at the bakery",
        "beside the duck pond",
        "at the school gate",
        "across from the fire station",
        "by the weir",
        "in the car park of the Swan",
        "next to the bottle bank",
        "in the waiting room",
        "on the bench by the bowling green",
    ),
    (
        "and I have thought of it ever since",
        "which settled the matter for me",
        "so I know what I am talking about",
        "and nobody argued",
        "and that was the third time",
        "which says it all",
        "and I was ashamed of our town",
        "so please listen for once",
        "and we both had to laugh",
        "which is more than the council did",
        "and I promised to pass it on",
        "so there is proof",
        "and it still rankles",
        "which I can confirm",
        "and even the dog agreed",
        "so count me in",
    ),
)

# By topic, days after the end of the consultation, and what the council said.
ANSWERS: dict[str, tuple[int, str]] = {
    "library-hours": (
        12,
        "You asked for an evening. From September the library stays open late on Thursdays.",
    ),
    "river-path": (
        25,
        "You asked for light and a dry path. Both are in next year's budget; the willows stay.",
    ),
}
