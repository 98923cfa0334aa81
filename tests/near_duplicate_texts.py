# ruff: noqa: E501, ISC004, RUF001 - tables of text read best as they are
"""What the labelled corpus is made of: letters, greetings and the words of opinions, by language.

All of it is made up. Chinese and Japanese stand here with spaces between the words, so that words
can be edited; `Language.join` leaves them out. In braces stand the slots of a pattern.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

_SLOT = re.compile(r"\{(\w+)\}")
_SENTENCE_END = (".", "。", "!", "?", "？")
_ODD = 0.25


@dataclass(frozen=True)
class Letter:
    """A template letter, and texts that make its points in other words.

    The letters named "library" are translations of each other.
    """

    name: str
    text: str
    paraphrases: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        return self.text.split()


@dataclass(frozen=True)
class Language:
    """What people write in one language.

    Attributes:
        code: ISO 639-1.
        space: What stands between two words.
        letters: The template letters.
        greetings: Stock phrases to begin with; an empty one for those who do without.
        farewells: Stock phrases to end with, likewise.
        patterns: Sentences with slots.
        slots: What may stand in a slot.
        misreadings: What a scanner sees and what it reads.
    """

    code: str
    space: str
    letters: tuple[Letter, ...]
    greetings: tuple[Sequence[str], ...]
    farewells: tuple[Sequence[str], ...]
    patterns: tuple[str, ...]
    slots: dict[str, tuple[str, ...]]
    misreadings: tuple[tuple[str, str], ...]

    @cached_property
    def vocabulary(self) -> list[str]:
        return [
            word for choices in self.slots.values() for choice in choices for word in choice.split()
        ]

    def join(self, words: Sequence[str]) -> str:
        return self.space.join(words)

    def opinion(self, rng: random.Random, sentences: int) -> list[str]:
        """Sentences of one's own, as words.

        Odd words break the patterns up: two opinions share as little as two real comments do.
        """
        patterns = rng.sample(self.patterns, sentences)
        text = " ".join(
            _SLOT.sub(lambda slot: rng.choice(self.slots[slot[1]]), pattern) for pattern in patterns
        )
        return [
            word
            if word.endswith(_SENTENCE_END) or rng.random() > _ODD
            else rng.choice(self.vocabulary)
            for word in text.split()
        ]


def _stock(*phrases: str) -> tuple[list[str], ...]:
    return tuple(phrase.split() for phrase in phrases)


_LATIN_MISREADINGS = (
    ("rn", "m"), ("m", "rn"), ("l", "1"), ("i", "l"), ("O", "0"), ("o", "0"), ("cl", "d"),
    ("e", "c"), ("h", "b"), ("n", "u"), ("t", "f"), ("S", "5"), ("vv", "w"), ("d", "cl"),
)  # fmt: skip

_ENGLISH = Language(
    code="en",
    space=" ",
    letters=(
        Letter(
            "library",
            "Please keep the library on Saddler Street open in the evenings. Many of us work all"
            " day, and a quiet warm place belongs to everyone.",
            (
                "Those who have a job can only visit after six, so closing our Saddler Street"
                " branch early shuts them out. Warmth and silence for readers should not depend on"
                " the size of your wallet.",
            ),
        ),
        Letter(
            "ferry",
            "I object to ending the small ferry at Osier Point. It carries nurses to the early"
            " shift, pupils to their school and bicycles that no bus will take. The new bridge is"
            " four miles upstream and has no pavement. A boat that is full every morning cannot be"
            " called a luxury. Run it all year, repair the landing stage, and publish what each"
            " crossing costs.",
            (
                "Without a boat across the river, hospital staff starting at dawn would have to go"
                " round by the bridge, which is miles out of the way and dangerous on foot. So would"
                " schoolchildren, and cyclists cannot bring their bikes on the coach. People use"
                " this service daily. Mend the jetty, keep sailing in winter too and tell us openly"
                " how the money is spent.",
            ),
        ),
        Letter(
            "orchard",
            "We ask the council to buy the old orchard behind the fire station before it is sold"
            " for garages. Forty apple and pear trees stand there, some of them planted by our"
            " grandparents, and no nursery in the county still offers these kinds. Children from"
            " two schools learn there how to graft, to prune and to press juice. In summer it is"
            " the only shade between the railway and the brewery, and the soil takes up rain that"
            " would otherwise run into our cellars. The price named in the papers is less than the"
            " town spends on the fireworks of three years. A society of neighbours has been founded"
            " and will mow, harvest and keep the gate, without pay, for at least ten years. Garages"
            " can be built in many places. An orchard that took eighty years to grow can be felled"
            " in a single morning, and then it is gone for good.",
            (
                "Once the diggers come, eight decades of growth are lost in hours. That is why the"
                " land at the back of the firemen should become public property now. Rare fruit that"
                " nobody sells any more grows on it, pupils are taught gardening, old people sit"
                " under the leaves when it is hot, and storm water seeps away instead of flooding"
                " basements. Volunteers stand ready to look after everything at no cost for a"
                " decade. Compared with what is burnt every New Year, the sum is small, and cars can"
                " be parked elsewhere.",
            ),
        ),
        Letter(
            "heating",
            "The draft heating plan treats every house alike, and that is its mistake. In the lower"
            " town the houses stand wall to wall and share their chimneys. A pipe with warm water"
            " from the glassworks, which today heats nothing but the clouds, could reach all of"
            " them within two winters. On the hill, where farms lie far apart, such a pipe would"
            " never pay, and pumps that draw warmth from the ground are the better way. We"
            " therefore propose three things. First, draw a map that shows for each street which"
            " kind of heating will be cheapest over thirty years, and say openly how the figures"
            " were found. Second, let nobody pay for a new boiler that will have to be thrown out"
            " when the pipe arrives; lend out used ones until then. Third, found a company that"
            " belongs to the town and its customers together, as our grandparents did for the"
            " waterworks, so that the profit lowers the bills instead of leaving the valley. Tenants"
            " must be protected from rents that rise with the excuse of the climate. Craftsmen need"
            " to know the order of the streets early, since they have apprentices to find. None of"
            " this is new or daring. It only has to be decided before another autumn passes.",
        ),
    ),
    greetings=_stock(
        "",
        "Hello,",
        "Dear Sir or Madam,",
        "To whom it may concern,",
        "I am writing to respond to the consultation on the town plan.",
        "Dear Sir or Madam, I am writing to respond to the consultation on the town plan.",
    ),
    farewells=_stock(
        "",
        "Thank you.",
        "Kind regards,",
        "Thank you for the opportunity to comment.",
        "I look forward to your reply. Yours faithfully",
    ),
    patterns=(
        "The {thing} near the {place} is {quality} and {quality}.",
        "As a {person} I {feel} about the {thing}.",
        "Nobody asked the {person} who has to {act} the {thing} every {time}.",
        "{time} after {time} we see {quality} {thing} beside the {place}.",
        "Why not {act} the {place} first?",
        "My {person} says a {quality} {place} would help more.",
        "If you {act} the {thing}, the {place} becomes {quality}.",
        "Last {time} a {person} tried to {act} our {thing}.",
        "Money for {thing} is wasted while the {place} stays {quality}.",
        "We {feel} whenever the {person} must cross the {place}.",
        "What I miss is a {quality} {thing} for every {person}.",
        "It took one {time} to {act} the {place}, and look how {quality} it is.",
        "Even a {person} can {act} some {thing} within a {time}.",
        "There used to be {thing} at the {place}, {quality} but loved.",
        "I {feel}, honestly, since nobody dares to {act} anything.",
        "Compare our {place} with the next village: theirs is {quality}.",
        "Ask any {person} at the {place} what they think.",
        "Please {act} it before the {time} when everything gets {quality}.",
        "Two {thing} were promised, one came, and it is {quality}.",
        "Children turn {quality} corners into games, so leave the {place} alone.",
        "Every {person} I know would rather {act} than complain.",
        "Without {thing}, this {place} might as well not exist.",
        "Could someone explain who will {act} them after {time}?",
        "Rain makes the {place} {quality}, drought makes the {thing} {quality}.",
    ),
    slots={
        "thing": (
            "crossing", "bus stop", "playground", "street lamps", "bins", "parking bays", "cycle lane",
            "hedge", "market stalls", "swimming pool", "noise barrier", "drinking fountain", "toilets",
            "flower beds", "speed limit", "timetable", "allotments", "bandstand",
        ),
        "place": (
            "harbour", "station", "high street", "chapel", "cemetery", "car park", "sports hall",
            "town hall", "quarry", "roundabout", "canal", "health centre", "mill", "meadow",
            "shopping arcade", "school gate", "ring road",
        ),
        "quality": (
            "dangerous", "charming", "far too loud", "neglected", "useful", "clean", "dark at night",
            "overcrowded", "cheap", "reliable", "ugly", "welcoming", "badly lit", "broken", "green",
            "half empty", "safe enough",
        ),
        "person": (
            "grandmother", "baker", "wheelchair user", "teenager", "commuter", "night nurse",
            "shopkeeper", "runner", "dog owner", "young father", "tourist", "bus driver", "student",
            "carpenter", "newcomer", "retired teacher",
        ),
        "feel": (
            "worry a lot", "am delighted", "cannot stay silent", "have mixed feelings", "get angry",
            "keep wondering", "was pleasantly surprised", "lose patience", "remain hopeful",
            "sleep badly", "have serious doubts", "could not care less",
        ),
        "act": (
            "repair", "close", "paint", "move", "enlarge", "sell", "share", "fence off", "test",
            "clear", "redesign", "pave", "advertise", "measure", "double", "watch over",
        ),
        "time": (
            "winter", "Monday", "school year", "evening", "weekend", "month", "decade", "holiday",
            "rush hour", "summer", "afternoon", "election",
        ),
    },
    misreadings=_LATIN_MISREADINGS,
)  # fmt: skip

_SPANISH = Language(
    code="es",
    space=" ",
    letters=(
        Letter(
            "library",
            "Por favor, mantengan abierta por las tardes la biblioteca de la calle Guarnicioneros."
            " Muchos trabajamos todo el día, y un lugar tranquilo y cálido para leer es de todo el"
            " pueblo.",
            (
                "Quienes tienen empleo solo pueden venir después de las seis, así que cerrar antes"
                " los deja fuera. El silencio y la calefacción para los lectores no deben depender"
                " del bolsillo.",
            ),
        ),
        Letter(
            "fuente",
            "Pedimos que vuelva el agua a la fuente de la plaza del Olmo. Lleva nueve veranos seca"
            " porque una tubería de cuarenta metros está rota, y mientras tanto el ayuntamiento ha"
            " comprado tres esculturas que nadie pidió. En agosto los mayores no tienen dónde"
            " refrescarse, los niños juegan entre coches y los vencejos ya no anidan en la torre."
            " Arreglar la tubería cuesta menos que una sola escultura. Los vecinos ofrecemos"
            " limpiar el pilón cada sábado y plantar dos moreras que den sombra a los bancos.",
            (
                "Desde hace casi una década no corre ni una gota, y todo por un tramo corto de cañería"
                " que sale más barato que cualquiera de las estatuas recientes. El calor aprieta y"
                " la gente mayor se queda en casa. Nosotros pondríamos los árboles y las manos para"
                " tenerla limpia.",
            ),
        ),
        Letter(
            "tren",
            "La propuesta de suprimir el tren de las seis y diez se ha hecho sin preguntar a quien"
            " lo usa. Ese tren lleva a las limpiadoras del hospital, a los panaderos, a los"
            " estudiantes de la escuela de enfermería y a los que tienen turno en la conservera. El"
            " siguiente llega a las ocho menos cuarto, cuando la jornada ya ha empezado. Se dice que"
            " va medio vacío, pero las cifras publicadas son de julio, mes en que la escuela está"
            " cerrada y la fábrica para las máquinas. Rogamos tres cosas. Que se cuente a los"
            " viajeros durante todo un curso. Que el abono sea el mismo en los dos lados del límite"
            " provincial, porque hoy quien sube en Vado del Rey paga el doble que quien sube una"
            " parada después. Y que se abra la sala de espera en invierno, donde ahora solo hay una"
            " puerta con candado y un cartel que promete obras desde hace cinco años. Quitar un tren"
            " es fácil; devolverlo, cuando la gente ya ha comprado coche o se ha marchado, no lo"
            " consigue nadie.",
        ),
    ),
    greetings=_stock(
        "",
        "Hola,",
        "Buenos días a todos:",
        "Muy señores míos:",
        "Me dirijo a ustedes en relación con la consulta pública sobre el plan municipal.",
    ),
    farewells=_stock(
        "",
        "Gracias.",
        "Un saludo.",
        "Quedo a la espera de su respuesta. Reciban un cordial saludo",
        "Muchas gracias por su atención.",
    ),
    patterns=(
        "Cerca de {place} hay {thing} {quality}.",
        "Yo, como {person}, {feel} con {thing}.",
        "Nadie preguntó a {person} si hacía falta {act} {thing}.",
        "Cada {time} vemos {thing} {quality} junto a {place}.",
        "¿Por qué no {act} antes {place}?",
        "Según {person}, convendría {act} {place}.",
        "Si deciden {act} {thing}, {place} quedará {quality}.",
        "El último {time} {person} quiso {act} {thing}.",
        "Se gasta en {thing} mientras {place} sigue {quality}.",
        "{feel} cuando {person} tiene que cruzar {place}.",
        "Echo de menos {thing} {quality} para {person}.",
        "En un {time} pudieron {act} {place} y ahora está {quality}.",
        "Hasta {person} sabría {act} algo en pleno {time}.",
        "Antes había aquí {thing}, todo más {quality} pero querido.",
        "Sinceramente, {feel}, porque ninguno se atreve a {act} nada.",
        "Comparen {place} con lo del pueblo vecino, mucho más {quality}.",
        "Pregunten en {place} qué opina {person}.",
        "Conviene {act} esto antes del {time}, cuando todo parece {quality}.",
        "Prometieron {thing}, llegó la mitad, y encima {quality}.",
        "La gente menuda convierte lo {quality} en juego; dejen en paz {place}.",
        "Conozco a muchos que prefieren {act} a protestar, empezando por {person}.",
        "Sin {thing}, da igual que exista {place}.",
        "¿Alguien explicará quién va a {act} aquello pasado el {time}?",
        "Con lluvia resulta {quality} {place}; con sequía, {thing} en estado {quality}.",
    ),
    slots={
        "thing": (
            "pasos de cebra", "paradas de autobús", "columpios", "farolas", "contenedores", "aseos",
            "carriles para bicicletas", "puestos de mercado", "la piscina", "bancos", "huertos",
            "zonas de carga", "el horario", "terrazas", "badenes", "jardineras",
        ),
        "place": (
            "el puerto", "la estación", "la calle mayor", "la ermita", "el cementerio", "el polideportivo",
            "la rotonda", "el canal", "el ambulatorio", "la dehesa", "el molino", "el instituto",
            "la ronda norte", "el aparcamiento", "la lonja",
        ),
        "quality": (
            "peligroso", "encantador", "demasiado ruidoso", "abandonado", "útil", "limpio", "sin luz",
            "saturado", "barato", "fiable", "feo", "acogedor", "roto", "verde", "casi vacío", "seguro",
        ),
        "person": (
            "mi abuela", "el panadero", "una vecina ciega", "los adolescentes", "la enfermera de noche",
            "un tendero", "quien corre", "el cartero", "un padre joven", "los turistas", "la conductora",
            "una estudiante", "el carpintero", "los recién llegados",
        ),
        "feel": (
            "me preocupo", "estoy encantado", "no puedo callarme", "tengo dudas", "me enfado",
            "pierdo la paciencia", "mantengo la esperanza", "duermo mal", "me sorprendo", "me río",
        ),
        "act": (
            "reparar", "cerrar", "pintar", "trasladar", "ampliar", "vender", "compartir", "vallar",
            "probar", "despejar", "rediseñar", "asfaltar", "anunciar", "medir", "duplicar", "vigilar",
        ),
        "time": (
            "invierno", "lunes", "curso", "anochecer", "fin de semana", "mes", "decenio", "festivo",
            "verano", "mediodía",
        ),
    },
    misreadings=(*_LATIN_MISREADINGS, ("ñ", "n"), ("á", "a"), ("ó", "6"), ("é", "e")),
)  # fmt: skip

_GERMAN = Language(
    code="de",
    space=" ",
    letters=(
        Letter(
            "library",
            "Bitte lassen Sie die Bücherei in der Sattlergasse abends offen. Viele von uns arbeiten"
            " den ganzen Tag, und ein ruhiger, warmer Ort zum Lesen gehört allen in der Stadt.",
            (
                "Berufstätige kommen erst nach sechs dazu, Romane auszuleihen; wer früher zusperrt,"
                " schließt sie aus. Stille und Heizung dürfen keine Frage des Geldbeutels sein.",
            ),
        ),
        Letter(
            "linde",
            "Die Linde am Spritzenhaus soll für zwei Parkplätze gefällt werden. Sie ist gesund, das"
            " hat der Gutachter der Gemeinde selbst geschrieben, und unter ihr warten jeden Morgen"
            " sechzig Kinder auf den Schulbus. Der Platz heizt sich im Juli auf vierzig Grad auf,"
            " im Schatten des Baumes bleiben es achtundzwanzig. Zwei Autos lassen sich hinter der"
            " Turnhalle abstellen, wo seit Jahren Schotter liegt. Wir fordern, den Beschluss"
            " aufzuheben und den Baum als Naturdenkmal einzutragen.",
            (
                "Wegen zweier Stellflächen einen kerngesunden Baum umzusägen, versteht hier niemand."
                " Schüler stehen dort in der Früh geschützt vor Hitze und Regen. Wer sein Fahrzeug"
                " loswerden will, findet bei der Halle genug Kies. Stellt die alte Dame lieber unter"
                " Schutz.",
            ),
        ),
        Letter(
            "wirtshaus",
            "Seit der Kronenwirt geschlossen hat, gibt es in unserem Dorf keinen Raum mehr, in dem"
            " sich mehr als zwanzig Menschen treffen können. Die Musikkapelle probt im Heizungskeller"
            " der Schule, der Seniorenkreis hat sich aufgelöst, und nach Begräbnissen fahren die"
            " Trauergäste in den Nachbarort. Das Haus steht leer, das Dach ist dicht, die Küche wurde"
            " erst vor sechs Jahren erneuert. Wir schlagen vor, dass die Gemeinde das Gebäude für"
            " fünfzehn Jahre pachtet und einer Genossenschaft überlässt, der schon heute"
            " hundertzwölf Familien ihren Beitrag zugesagt haben. Im Erdgeschoss soll gekocht werden,"
            " mittags auch für den Kindergarten. Im Saal bekommen die Vereine feste Abende. Oben"
            " entstehen drei kleine Wohnungen für Lehrlinge, deren Miete die Pacht zur Hälfte deckt."
            " Andere Orte im Tal haben das gewagt und es nicht bereut. Einen Neubau auf der Wiese"
            " könnten wir uns niemals leisten, und die Mitte des Dorfes bliebe trotzdem leer.",
        ),
    ),
    greetings=_stock(
        "",
        "Hallo,",
        "Guten Tag,",
        "Sehr geehrte Damen und Herren,",
        "Sehr geehrte Damen und Herren, hiermit nehme ich Stellung zum Entwurf des Ortsplans.",
    ),
    farewells=_stock(
        "",
        "Danke.",
        "Mit freundlichen Grüßen",
        "Vielen Dank für die Gelegenheit zur Stellungnahme.",
        "Über eine Antwort würde ich mich freuen. Mit freundlichen Grüßen",
    ),
    patterns=(
        "Beim {place} finde ich {thing} {quality}.",
        "Als {person} {feel} über {thing}.",
        "Keiner fragte {person}, ob man {thing} {act} soll.",
        "Jeden {time} sehen wir {thing} neben dem {place}, und alles wirkt {quality}.",
        "Warum nicht zuerst den {place} {act}?",
        "Meint auch {person}: den {place} {act} hilft mehr.",
        "Wer {thing} will, muss den {place} {act}, sonst bleibt er {quality}.",
        "Vorigen {time} wollte {person} schon {thing} {act}.",
        "Geld fließt in {thing}, während der {place} {quality} aussieht.",
        "Da {feel}, sobald {person} am {place} vorbeigeht.",
        "Mir fehlen {thing}, die {quality} und {quality} sind, am {place}.",
        "An einem {time} ließ sich der {place} {act}; seither ist er {quality}.",
        "Sogar {person} könnte binnen eines Tages etwas {act}.",
        "Früher standen hier {thing}, {quality} zwar, doch geliebt.",
        "Ehrlich gesagt {feel}, weil niemand wagt, irgendwas zu {act}.",
        "Vergleicht unseren {place} mit jenem im Nachbardorf: dort wirkt es {quality}.",
        "Fragt doch im {place}, was {person} davon hält.",
        "Bitte rechtzeitig vor dem {time} {act}, danach wird es {quality}.",
        "Versprochen wurden {thing}, gekommen ist wenig, und das {quality}.",
        "Kinder machen aus jedem {quality} Winkel ein Spiel, lasst ihnen den {place}.",
        "Die meisten wollen lieber {act} als jammern, sagt {person}.",
        "Ohne {thing} bräuchte es auch keinen {place}.",
        "Könnte uns wer erklären, wer nach dem {time} weiter {act} wird?",
        "Bei Regen {quality}, bei Dürre {quality}: so kennt man unseren {place}.",
    ),
    slots={
        "thing": (
            "Zebrastreifen", "Haltestellen", "Schaukeln", "Laternen", "Mülltonnen", "Radwege",
            "Marktstände", "das Hallenbad", "Sitzbänke", "Trinkbrunnen", "Klos", "Blumenkästen",
            "Tempolimits", "Fahrpläne", "Schrebergärten", "Ladesäulen",
        ),
        "place": (
            "Hafen", "Bahnhof", "Hauptplatz", "Friedhof", "Parkplatz", "Rathaus", "Steinbruch",
            "Kreisverkehr", "Kanal", "Ärztehaus", "Mühlbach", "Schulhof", "Sportplatz", "Dorfanger",
        ),
        "quality": (
            "gefährlich", "reizend", "viel zu laut", "verwahrlost", "nützlich", "sauber", "finster",
            "überfüllt", "billig", "verlässlich", "hässlich", "einladend", "kaputt", "grün",
            "halb leer", "sicher genug",
        ),
        "person": (
            "meine Oma", "der Bäcker", "eine Rollstuhlfahrerin", "jeder Jugendliche", "die Nachtschwester",
            "ein Händler", "der Jogger", "manche Hundebesitzerin", "ein junger Vater", "der Tourist",
            "die Buslenkerin", "ein Student", "der Tischler", "jede Zugezogene",
        ),
        "feel": (
            "mache ich mir Sorgen", "freue ich mich", "kann ich nicht schweigen", "habe ich Zweifel",
            "ärgere ich mich", "staune ich", "verliere ich die Geduld", "bleibe ich zuversichtlich",
            "schlafe ich schlecht", "muss ich lachen",
        ),
        "act": (
            "reparieren", "schließen", "streichen", "verlegen", "vergrößern", "verkaufen", "teilen",
            "einzäunen", "erproben", "räumen", "umgestalten", "pflastern", "bewerben", "vermessen",
            "verdoppeln", "bewachen",
        ),
        "time": (
            "Winter", "Montag", "Abend", "Sonntag", "Monat", "Feiertag", "Sommer", "Nachmittag",
            "Herbst", "Advent",
        ),
    },
    misreadings=(*_LATIN_MISREADINGS, ("ä", "a"), ("ü", "ii"), ("ß", "B"), ("ö", "o")),
)  # fmt: skip

_CHINESE = Language(
    code="zh",
    space="",
    letters=(
        Letter(
            "library",
            "請 讓 鞍匠 街 的 圖書館 晚上 繼續 開放 。 我們 很多 人 整天 都 要 上班 ， 一個 安靜"
            " 溫暖 的 閱讀 場所 應該 屬於 全鎮 每 一位 居民 。",
            (
                "有 工作 的 人 六 點 以後 才 有 空 借 書 ， 提早 關門 等於 把 他們 趕走 。 看 書"
                " 需要 的 寧靜 與 暖氣 ， 不能 只 留給 有錢人 。",
            ),
        ),
        Letter(
            "banyan",
            "我 反對 為了 拓寬 馬路 而 砍掉 廟口 的 老 榕樹 。 這 棵 樹 已經 兩百 歲 ， 夏天 時"
            " 阿公 阿嬤 在 樹下 下棋 聊天 ， 孩子們 放學 後 也 在 那裡 等 父母 。 市府 的 報告 說"
            " 車流 會 增加 ， 但是 計算 的 那 一天 正好 是 廟會 ， 根本 不能 代表 平常 的 日子 。"
            " 只要 把 公車 站牌 往 南 移 三十 公尺 ， 再 取消 六 個 路邊 停車格 ， 道路 就 夠 寬"
            " 了 。 請 重新 調查 車流 ， 公布 全部 數字 ， 並且 把 榕樹 列為 受 保護 的 樹木 。",
            (
                "老樹 是 社區 的 客廳 ， 不 應該 因為 一條 路 就 消失 。 官方 統計 挑 了 最 熱鬧 的"
                " 節日 ， 結果 當然 誇張 。 移動 候車亭 、 減少 停車 空間 就 能 解決 問題 。 希望"
                " 能 立法 保存 它 ， 也 讓 大家 看到 真實 的 資料 。",
            ),
        ),
        Letter(
            "river",
            "關於 北溪 整治 計畫 ， 我們 幾個 里 的 居民 討論 了 三 次 ， 想 提出 以下 意見 。 第一"
            " ， 水泥 護岸 雖然 施工 很 快 ， 可是 十 年 前 上游 做 過 一段 ， 結果 魚 少 了 ，"
            " 淹水 反而 更 嚴重 。 請 改用 石頭 與 植物 ， 讓 河水 有 地方 慢慢 流 。 第二 ， 堤防"
            " 旁邊 的 菜園 不是 違法 占用 ， 地主 們 有 民國 五十 年代 的 契約 ， 公所 應該 先 查"
            " 清楚 再 貼 公告 。 第三 ， 工程 期間 卡車 不要 經過 國小 門口 ， 可以 走 糖廠 後面 的"
            " 舊 鐵道 。 第四 ， 完工 以後 由 誰 割草 、 由 誰 撿 垃圾 、 經費 從 哪裡 來 ， 計畫書"
            " 裡面 一個 字 都 沒有 寫 。 我們 願意 組織 巡守隊 ， 每個 月 巡視 兩 次 ， 但是 需要"
            " 工具 和 保險 。 溪水 養活 了 我們 的 祖先 ， 不要 把 它 變成 一條 大 水溝 。",
        ),
    ),
    greetings=_stock(
        "", "您好 ：", "敬啟者 ：", "我 想 針對 這次 的 都市 計畫 公開 諮詢 表達 意見 。",
    ),
    farewells=_stock("", "謝謝 。", "敬請 納入 考量 ， 謝謝 。", "以上 意見 供 貴 單位 參考 。"),
    patterns=(
        "{place} 附近 的 {thing} 實在 {quality} 。",
        "身為 {person} ， 我 對 {thing} {feel} 。",
        "從來 沒有 人 問 {person} 要不要 {act} {thing} 。",
        "每到 {time} ， {place} 的 {thing} 就 很 {quality} 。",
        "為什麼 不 先 {act} {place} 呢 ？",
        "{person} 認為 {act} {place} 比較 有用 。",
        "如果 {act} {thing} ， {place} 會 變得 {quality} 。",
        "去年 {time} {person} 曾經 想 {act} {thing} 。",
        "錢 都 花 在 {thing} ， {place} 卻 還是 {quality} 。",
        "看到 {person} 走過 {place} ， 大家 都 {feel} 。",
        "缺少 的 是 給 {person} 用 的 {quality} 的 {thing} 。",
        "{act} {place} 只 花 了 一個 {time} ， 現在 多麼 {quality} 。",
        "連 {person} 都 懂得 怎樣 {act} 。",
        "以前 這裡 有過 {thing} ， 雖 {quality} 卻 令人 懷念 。",
        "老實說 我 {feel} ， 因為 沒人 敢 動手 {act} 。",
        "跟 隔壁 村 相比 ， 人家 的 {place} 多 {quality} 。",
        "不妨 到 {place} 去 請教 {person} 。",
        "最好 趕在 {time} 之前 {act} ， 免得 越來越 {quality} 。",
        "當初 答應 兩座 {thing} ， 只 來 一座 ， 還 {quality} 。",
        "孩童 在 {quality} 角落 也 玩得 開心 ， 別動 {place} 。",
        "我 認識 許多 {person} ， 寧可 自己 {act} ， 也 不想 抱怨 。",
        "少了 {thing} ， 那麼 {place} 有 跟 沒有 一樣 。",
        "能否 說明 {time} 過後 由誰 負責 {act} ？",
        "下雨 時 {place} {quality} ， 乾旱 時 {thing} {quality} 。",
    ),
    slots={
        "thing": (
            "斑馬線", "公車站", "遊樂場", "路燈", "垃圾桶", "腳踏車道", "攤販", "游泳池", "長椅",
            "飲水機", "公廁", "花圃", "速限", "班次", "涼亭", "監視器",
        ),
        "place": (
            "港口", "火車站", "大街", "教堂", "公墓", "停車場", "體育館", "市公所", "圓環", "運河",
            "衛生所", "糖廠", "校門口", "夜市", "地下道",
        ),
        "quality": (
            "危險", "可愛", "吵鬧", "荒廢", "實用", "乾淨", "陰暗", "擁擠", "便宜", "可靠", "難看",
            "親切", "破舊", "翠綠", "空蕩", "安全",
        ),
        "person": (
            "外婆", "麵包師傅", "輪椅族", "青少年", "夜班護士", "店家", "跑者", "養狗人", "年輕爸爸",
            "觀光客", "司機", "大學生", "木匠", "新住民",
        ),
        "feel": (
            "非常擔心", "相當高興", "無法沉默", "心情複雜", "感到生氣", "失去耐心", "仍然樂觀",
            "睡不好覺", "半信半疑", "哭笑不得",
        ),
        "act": (
            "修理", "關閉", "粉刷", "搬遷", "擴大", "出售", "共用", "圍起", "測試", "清理", "重新設計",
            "鋪平", "宣傳", "測量", "看守",
        ),
        "time": ("冬天", "星期一", "學期", "傍晚", "週末", "月底", "連假", "夏天", "午後", "選舉"),
    },
    misreadings=(
        ("日", "曰"), ("己", "已"), ("未", "末"), ("人", "入"), ("土", "士"), ("天", "夭"),
        ("大", "太"), ("車", "東"), ("的", "旳"), ("一", "－"), ("我", "找"), ("間", "問"),
    ),
)  # fmt: skip

_JAPANESE = Language(
    code="ja",
    space="",
    letters=(
        Letter(
            "library",
            "鞍屋 通り の 図書館 を 夜 も 開けて おいて ください 。 私たち の 多く は 一日中 働いて"
            " おり 、 静か で 暖かい 読書 の 場所 は 町 の みんな の もの です 。",
            (
                "仕事 が ある 人間 が 本 を 借り られる の は 六時 過ぎ だけ な ので 、 早く 閉める"
                " と 締め出されて しまう 。 落ち着いて 読める 空間 を お金 で 決めないで ほしい 。",
            ),
        ),
        Letter(
            "bathhouse",
            "川端 の 銭湯 を 取り壊して 駐車場 に する 案 に 反対 します 。 この 銭湯 は 八十 年 も"
            " 続き 、 風呂 の ない 古い 長屋 に 住む お年寄り が 毎日 通って います 。 地震 で 断水"
            " した とき 、 井戸水 で 沸かした 湯 を 無料 で 配って くれた の も ここ でした 。 煙突 の"
            " 修理 に かかる 費用 は 駐車場 の 工事費 の 三分の一 に すぎません 。 若い 人 たち が"
            " 週末 に 寄席 や 古本市 を 開く 計画 も 進んで います 。 どうか 建物 を 市 の 財産 として"
            " 残し 、 運営 を 組合 に 任せて ください 。",
            (
                "災害 の 時 に 助けて もらった 恩 を 忘れて 、 車 を 置く ため に 壊す なんて 考え"
                " られない 。 風呂なし の 部屋 で 暮らす 高齢者 は どこ へ 行けば いい のか 。 直す"
                " ほう が ずっと 安い し 、 催し物 を やりたい という 学生 も いる 。 町 で 買い取って"
                " 守る べき だ 。",
            ),
        ),
        Letter(
            "school",
            "山手 小学校 を 閉じて 隣 の 町 の 学校 と 合わせる という 計画 について 、 保護者会 の"
            " 意見 を まとめました 。 まず 、 通学 の 時間 です 。 バス で 片道 五十分 かかり 、 雪 の"
            " 日 には 峠 が 通れなく なります 。 低学年 の 子 が 暗い 道 を 歩く こと に なり 、 家族"
            " の 送り迎え が なければ 続け られません 。 次に 、 防災 です 。 この 学校 の 体育館 は"
            " 谷 で ただ 一つ の 避難所 で 、 井戸 と 自家発電 も あります 。 閉じた 後 に だれ が 鍵"
            " を 開け 、 だれ が 燃料 を 入れ替える のか 、 説明 が ありません でした 。 三つ目 は"
            " 移住 です 。 この 四年 で 九 世帯 が 引っ越して きて 、 そのうち 七 世帯 は 少人数 の"
            " 授業 を 理由 に 挙げて います 。 学校 を 失えば 、 その 流れ は 止まります 。 私たち は"
            " 、 少なくとも 六年 の 間 は 分校 として 残し 、 毎年 数字 を 見て 話し合う こと を 求め"
            " ます 。",
        ),
    ),
    greetings=_stock(
        "", "こんにちは 。", "お世話 に なって おります 。", "今回 の 意見募集 について 書かせて いただきます 。",
    ),
    farewells=_stock(
        "", "よろしく お願い いたします 。", "ご検討 の ほど よろしく お願い いたします 。", "以上 です 。",
    ),
    patterns=(
        "{place} の 近く の {thing} は {quality} です 。",
        "{person} として 、 {thing} には {feel} 。",
        "{thing} を {act} 前 に 、 {person} には 何も 聞かれ なかった 。",
        "{time} に なる と {place} の {thing} が {quality} に なる 。",
        "なぜ 先 に {place} を {act} こと が できない の でしょう か 。",
        "{person} に よれば 、 {place} を {act} ほう が 役 に 立つ 。",
        "もし {thing} を {act} なら 、 {place} は もっと {quality} だろう 。",
        "去年 の {time} 、 {person} が {thing} を {act} と 言った 。",
        "{thing} に お金 を 使い 、 {place} は {quality} な まま だ 。",
        "{person} が {place} を 渡る たび に {feel} 。",
        "足りない のは {person} の ため の {quality} な {thing} だ 。",
        "{place} を {act} のに {time} だけ で 済み 、 今 は {quality} だ 。",
        "{person} でさえ 一日 あれば 何か {act} だろうに 。",
        "昔 ここ に あった {thing} 、 {quality} でも 愛されていた 。",
        "正直 、 誰も {act} 勇気 が なく 、 {feel} 。",
        "隣村 と 比べて みて 、 あちら の {place} なら {quality} と 分かる 。",
        "一度 {place} で {person} に 尋ねて ごらん 。",
        "{time} より 早く {act} べきで 、 遅れる と {quality} さ が 増す 。",
        "約束 された {thing} 二つ の うち 、 届いた 一つ も {quality} だった 。",
        "子ども なら {quality} な 隅 でも 遊べる から 、 {place} に 触れないで 。",
        "文句 より まず 自分 で {act} 、 そんな {person} ばかり 知って います 。",
        "{thing} 抜き では {place} など 無い も 同然 。",
        "{time} 以降 、 いったい 誰が {act} 役目 か 教えて 。",
        "雨 では {place} が {quality} 、 日照り では {thing} まで {quality} 。",
    ),
    slots={
        "thing": (
            "横断歩道", "バス停", "ブランコ", "街灯", "ごみ箱", "自転車道", "屋台", "プール", "ベンチ",
            "水飲み場", "公衆トイレ", "花壇", "制限速度", "時刻表", "市民農園", "防音壁",
        ),
        "place": (
            "港", "駅前", "商店街", "教会", "墓地", "駐輪場", "体育館", "役場", "採石場", "交差点",
            "運河", "診療所", "水車小屋", "校門", "歩道橋",
        ),
        "quality": (
            "危険", "素敵", "騒がしそう", "荒れ放題", "便利", "清潔", "真っ暗", "満員", "割安", "確実",
            "不格好", "親しみやすそう", "ぼろぼろ", "緑豊か", "がらがら", "安全",
        ),
        "person": (
            "祖母", "パン屋", "車いす利用者", "中学生", "夜勤看護師", "店主", "走る人", "犬の飼い主",
            "若い父親", "観光客", "運転手", "大学生", "大工", "転入者",
        ),
        "feel": (
            "心配が尽きない", "大喜びです", "黙っていられない", "複雑な気持ちだ", "腹が立つ",
            "首をかしげる", "我慢できない", "希望を持っている", "よく眠れない", "苦笑いする",
        ),
        "act": (
            "修理する", "閉鎖する", "塗り直す", "移す", "広げる", "売る", "分け合う", "囲う", "試す",
            "片付ける", "作り変える", "舗装する", "宣伝する", "測る", "見張る",
        ),
        "time": ("冬", "月曜日", "学期末", "夕方", "週末", "月末", "祝日", "夏", "昼過ぎ", "選挙"),
    },
    misreadings=(
        ("は", "ほ"), ("る", "ろ"), ("ば", "ぱ"), ("ソ", "ン"), ("日", "曰"), ("二", "ニ"),
        ("一", "ー"), ("人", "入"), ("い", "り"), ("め", "ぬ"), ("間", "問"), ("力", "カ"),
    ),
)  # fmt: skip

LANGUAGES = (_ENGLISH, _SPANISH, _GERMAN, _CHINESE, _JAPANESE)
