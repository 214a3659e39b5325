"""What a message reports that cannot wait: fraud, a lost card, somebody's despair.

Rules on purpose: words of certain kinds near each other. They may fire once too often, which costs a customer
five lines of reading; missing a report can cost them their savings.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


def _spelt(text: str) -> str:
    """Return the one spelling of what Devanagari writes with or without a dot, or with either nasal sign.

    >>> _spelt("हज़ार पहुँचे") == _spelt("हजार पहुंचे")
    True
    """
    return unicodedata.normalize("NFC", text).replace("\u093c", "").replace("\u0901", "\u0902")


class _Kind:
    """Words that can stand for each other; a star stands for any ending."""

    def __init__(self, words: str) -> None:
        listed = _spelt(words).split()
        self._whole = frozenset(word for word in listed if not word.endswith("*"))
        self._starts = tuple(word[:-1] for word in listed if word.endswith("*"))

    def places(self, words: Sequence[str]) -> list[int]:
        return [i for i, word in enumerate(words) if word in self._whole or word.startswith(self._starts)]

    def __or__(self, other: "_Kind") -> "_Kind":
        either = _Kind("")
        either._whole = self._whole | other._whole
        either._starts = self._starts + other._starts
        return either


@dataclass(frozen=True, slots=True)
class _Rule:
    """One word of each kind, all within reach of the first, and none of the others there."""

    kinds: tuple[_Kind, ...]
    reach: int
    """Words."""
    unless: _Kind | None = None

    def fires(self, words: Sequence[str]) -> bool:
        places = [kind.places(words) for kind in self.kinds]
        if not all(places):
            return False
        spoiled = self.unless.places(words) if self.unless else []
        return any(
            all(_near(i, other, self.reach) for other in places[1:]) and not _near(i, spoiled, self.reach)
            for i in places[0]
        )


def _near(i: int, places: Sequence[int], reach: int) -> bool:
    j = bisect_left(places, i - reach)
    return j < len(places) and places[j] <= i + reach


# Several words that are one: written together, so that a kind can name them.
_TOGETHER = tuple(
    (re.compile(rf"(?<![\w\u0900-\u0963])(?:{_spelt(pattern)})(?![\w\u0900-\u0963])"), one)
    for pattern, one in (
        (r"(?:did|do|does|have|has|was|is|are|were|could)(?: not|n't)|(?:did|do|have|was|is)nt", "nots"),
        (r"(?:do not|don't|dont|no) (?:know|idea) who|(?:pata|pta) nah?i kis ?ne|पता नहीं किसने", "whoknows"),
        (r"som?e? ?(?:one|body)|unknown (?:person|man|caller)|kisi(?: aur)? ?ne|किसी(?: और)? ने|chor ne", "somebody"),
        (r"any ?desk|team ?viewer|quick ?support|rust ?desk|screen ?shar\w*|shar\w+ my screen", "remoteaccess"),
        (r"एनी ?डेस्क|क्विक ?सपोर्ट|स्क्रीन शेयर", "remoteaccess"),
        (r"(?:app|apk|ऐप) (?:\S+ )?(?:dalwa|install kar|डलवा|इंस्टॉल)\S*", "apk"),
        (r"digital(?:ly)? arrest\w*|डिजिटल (?:अरेस्ट|गिरफ्तार)\S*", "digitalarrest"),
        (r"how (?:do|does|can) (?:the |a )?(?:scam|fraud)\w*", "theirways"),
        (r"customer ?(?:care|support)|कस्टमर ?केयर", "customercare"),
        (r"loan apps?|लोन (?:ऐप|एप)", "loanapp"),
        (r"(?:upi|collect|accept\w*|approved?|यूपीआई|कलेक्ट) (?:requests?|रिक्वेस्ट)", "moneyrequest"),
        (r"g(?:oogle)? pay|phone pe(?! call)|गूगल पे|फोन ?पे", "gpay"),
        (r"mer[aei] \S+ se|मेर[ेी] \S+ से", "frommine"),
        (r"(?:is )?with me|mere (?:sa+th|pa+s)|मेरे (?:साथ|पास)", "withme"),
        (r"not (?:done |made )?by me|i nots (?:do|done) (?:it|anything|this)|i did nothing", "notme"),
        (r"(?:mer[aei]|mere se|mujhse|maine) nah?i(?! (?:kaha|mil|liya))|nots? mine", "notme"),
        (r"मेर[ाेी] नहीं|(?:मुझ|मेरे )से नहीं|मैंने नहीं(?! (?:कह|मिल|लिया))", "notme"),
        (r"(?:uda+|thag|loo?t|chura|hadap) ?li(?:y?[ae])?|(?:उडा|ठग|लूट|चुरा|हडप) (?:लि\S+|ली)|ठग[ेा]|thag[ea]", "stolen"),
        (r"(?P<what>account|khata|balance|खाता) (?:saa?f|khali|empty|zero|खाली|साफ)", r"\g<what> drained"),
        (r"(?:le|nikaa?l|(?:transfer|khali|saaf) kar) ?(?:li(?:y?[ae])?|di(?:y?[ae])?)", "tookaway"),
        (r"le (?:ke )?(?:ga?y[aei]|bhag\w*)|took (?:my |the )?(?=otp|pin)", "tookaway "),
        (r"(?:ले|निकाल|(?:ट्रांसफर|खाली|साफ) कर) (?:[लद]ि\S+|[लद]ी)|ले(?:कर)? (?:ग\S+|भाग\S*)", "tookaway"),
        (r"nikal rah\w+|निकल रह\S+", "leaking"),
        (r"ba?n ?ka?[re]|pretend\w*|posing|बन ?(?:कर|के)", "posing"),
        (r"ba?ha+ne|chakkar|बहाने|चक्कर", "pretext"),
        (r"naam (?:par|pe)|नाम पर", "inname"),
        (r"(?:phone|number|फोन|नंबर) (?:hi |ab )?(?:band|switched|बंद)", "vanished"),
        (r"nikaa?l(?: hi)? nah?i rah\w+|निकल नहीं रह\S+", "stuck"),
        (r"(?P<money>amount|money|pais[ae]|पैस[ेा]) (?:hi |bhi )?(?:ga?y[aei]|went|गए|गया|गये)", r"\g<money> wentaway"),
        (r"went (?:from|out)|(?:going|go) out|chal[aei] ?ga?y[aei]|चल[ेाी] ग\S+", "wentaway"),
        (r"nikaa?l (?:ga?y|chuk)\w+|nikaa?l[ea]|nikl[ea]|निकाल[ेा]|निकल(?:े| ग\S+)", "cameout"),
        (r"ch+[ie]+n ?(?:li\w+|ga?y\w+)", "snatched"),
        (r"pin ?codes?", "pincode"),
        (r"direct debits?|debit (?:entr\w+|payments?)", "debits"),
        (r"card (?:details?|numbers?|no|info\w*)|कार्ड नंबर|bank(?:ing)? details?", "carddetails"),
        (r"(?:bt?ata|bata|btaa?) ?(?:diy[ae]|di|d[iy])|बता (?:दिया|दी|दिए)", "gaveaway"),
        (r"(?:de|bhej|daa?l|dal) ?(?:diy[ae]|di)|(?:दे|डाल|भेज) (?:दिया|दी|दिए)", "gaveaway"),
        (r"share (?:kar|kiy|ki|ho|hu)\w*(?: diy[ae]| di| ga?y[ai])?|शेयर \S+", "gaveaway"),
        (r"ho ?(?:ga?y[aie]|gai|chuk\w+|raha|rahi)|hog(?:a?y[aie])|हो ग\S+|हो रह\S+", "happened"),
        (r"kar ?(?:diya|di|liya|li|raha)|कर (?:दिया|दी|लिया|ली)", "happened"),
        (r"by (?:me|us)", "mine"),
        (r"(?:kill|hurt|harm)(?:ing)? my ?self|end(?:ing)? my life(?! (?:insurance|policy|cover))", "suicide"),
        (r"want to die|(?:don't|do not) want to live", "suicide"),
        (r"(?:mar|marr?na) (?:ja[uo]\w*|chaht\w+)|jaan de (?:du|dun|dung[ai])\w*", "suicide"),
        (r"जान दे \S+|मर(?:ना चाहत\S+| जाऊ\S+)", "suicide"),
        (r"(?:nahi|nhi|nai|nahin) (?:kiy[ae]|ki|kari|kara)|नहीं (?:किया|की|किए)", "didnotdo"),
    )
)

_FRAUD = _Kind("fraud* frod scam* dhokha dhoka thagi hack clone फ्रॉड फ्राड धोखाधड़ी ठगी धोखा हैक स्कैम")
_HAPPENED = _Kind("happened hua hui hue हुआ हुई हुए victim suffered faced")
_SUFFERED = _Kind(
    "scammed defrauded duped cheated phished hacked cloned compromised siphoned skimmed mugged robbed fraudulent "
    "unauthori* unrecogni* remoteaccess digitalarrest fraudster* scammer*"
)
_NOT = _Kind("nots not never didn't isn't wasn't")
_ACKNOWLEDGE = _Kind(
    "recogni* authori* approve approved remember recall make made do done perform* initiate* submit* withdraw "
    "purchase* buy bought familiar"
)
_DEBIT = _Kind(
    "transaction* txn* payment* debits debited withdrawal* withdrawl* transfer* purchase* charge* charges order* cash "
    "withdrew लेनदेन ट्रांज* पेमेंट"
)
_STRANGE = _Kind("unknown suspicious strange unusual unfamiliar random odd weird false mysterious")
_SOMEBODY = _Kind("unknown anjaan अनजान somebody hacker* fraudster* scammer* thief thieves")
_TAKES = _Kind(
    "used using uses use withdrew withdrawn withdrawing took taken taking stole stolen transferred transferring spent "
    "spending ordering buying shopping shopped hacked accessed access emptied bought ordered copied copy made istemal "
    "nikal* kharid* tranf* uda* chura* le cameout tookaway निकाल* इस्तेमाल ट्रांसफर* खरीद* उड़ा* शॉपिंग चुरा*"
)
_OWN = _Kind("my our card* account* upi mera mere meri mujhse khate khata मेरे मेरा मेरी खाते कार्ड")
_THING = _Kind("card* phone mobile wallet purse bag sim कार्ड मोबाइल फोन पर्स सिम")
_MONEY = _Kind("money amount funds cash savings rs rupees rupaye paisa paise lakh lakhs पैसे पैसा रुपये रकम लाख हज़ार")
_STOLEN = _Kind("stolen stole snatched robbed chori cheen* chheen* chhin* loot* चोरी छीन* छिन* chura* gayab गायब उड़ा*")
_GONE = _Kind("missing vanished disappeared gone gayab गायब stolen emptied")
_ACCOUNT = _Kind("account khate khata savings खाते खाता")
_WITHOUT = _Kind("without bina bagair बिना बगैर")
_CONSENT = _Kind(
    "permission knowledge consent approval authori* jankari jaankari marzi puche poochhe pooche bataye batae जानकारी "
    "अनुमति पूछे बताए मर्ज़ी"
)
_I = _Kind("maine mene humne मैंने हमने")
_DID_NOT = _Kind("didnotdo")
_GAVE = _Kind("shared gave given told disclosed entered typed provided revealed submitted")
_SECRET = _Kind("otp pin mpin cvv password passcode carddetails ओटीपी पिन सीवीवी पासवर्ड")
_OFFICER = _Kind("police cbi customs officer bankar banke")
_FORCED = _Kind("karwa* karva* forced threat* dhamki arrest made")
_MOVED = _Kind("transfer* paid pay send sent paise paisa money lakh")
_RESET = _Kind("forg* bhool* wrong incorrect* correct right galat sahi गलत सही change* reset unblock set coming")
_DUE = _Kind("emi bill due cheque cheques kyc premium yet deposit deposits able allowed why let twice")

_WHO = _Kind(
    "posing pretext inname somebody he they his usne unhone caller* man guy buyer seller cheater* ladke aadmi admi "
    "उसने उन्होंने आदमी लड़के"
)
_HOOK = _Kind(
    "link qr scan* click* call* moneyrequest customercare sim apk posing pretext cashback लिंक क्यूआर स्कैन क्लिक कॉल सिम"
)
_BAIT = _Kind(
    "apk olx telegram cbi drugs lottery crypto fake nakli farzi farji एपीके ओएलएक्स टेलीग्राम सीबीआई ड्रग्स लॉटरी नकली फर्जी"
)
"""What hardly any talk of lost money is about unless somebody cheated."""
_OFFER = _Kind("job naukri trading task registration नौकरी ट्रेडिंग टास्क")
_TOOK = _Kind("tookaway took taken stole stolen withdrew withdrawn emptied drained")
_LEFT = _Kind("vanished leaking gone wentaway cameout debited deducted cut lost kat kata kate gayab कट कटे गायब")
_PAID = _Kind("gaveaway paid sent transfer* rtgs dalwa* dubo* ट्रांसफर* भेजे डलवा*")
_SUNK = _Kind("stuck switched vanished cant can't gayab dub* doob* fas* phas* गायब डूब* फंस*")
_HID = _Kind("vanished switched block blocked gayab ब्लॉक गायब")
_MAY_BE = _Kind("jaye* jaata jata jate lega lenge sakt* लेगा जाए* जात* सक*")
_USUAL = _Kind("loan emi fee* charge* cheque* fd tax interest byaj लोन ईएमआई चार्ज चेक ब्याज")
_OTHERWISE = (
    _USUAL
    | _MAY_BE
    | _Kind("fail* declin* pending working atm machine dispens* shop* merchant* dukan* twice wrong galat")
    | _Kind("फेल एटीएम दुकान* गलत")
)
"""Money that went the usual way, may yet go, or went astray."""
_THREAT = _Kind("morph* gandi गंदी threat* dhamki blackmail* harass* धमकी ब्लैकमेल*")
_ASKED = _Kind("asking want demand* mang* मांग*")
_SHOT = _Kind("photo* pic pics video* nude recording loanapp फोटो वीडियो")
_PHONE = _Kind("phone mobile फोन मोबाइल")
_MISSING = _Kind("lost missing kho khoy* gum gira gir खो खोया गुम गिर snatched")
_WALLET = _Kind("gpay phonepe paytm पेटीएम")
_PAY_APP = _WALLET | _Kind("upi app apps यूपीआई ऐप")
_CARD = _Kind("card कार्ड")
_SWAP = _Kind("swap* clone badal* बदल* क्लोन")
_HELPER = _Kind("madad help* ladke aadmi guy man somebody मदद लड़के आदमी")
_SIM = _Kind("sim network सिम नेटवर्क")
_STOPPED = _Kind("suddenly deactivat* achanak band swap* अचानक बंद")

_RULES = (
    _Rule((_SUFFERED,), 0),
    _Rule((_FRAUD, _HAPPENED), 4),
    _Rule((_NOT, _ACKNOWLEDGE, _DEBIT), 7, unless=_DUE),
    _Rule((_NOT, _Kind("mine"), _DEBIT), 12),
    _Rule((_STRANGE, _DEBIT), 2),
    _Rule((_SOMEBODY, _TAKES, _OWN), 9),
    _Rule((_THING, _STOLEN), 6),
    _Rule((_MONEY, _STOLEN), 6),
    _Rule((_MONEY, _GONE, _ACCOUNT), 8),
    _Rule((_WITHOUT, _CONSENT), 5),
    _Rule((_I, _DID_NOT, _Kind("kuch kuchh कुछ transaction* payment* paise paisa withdraw* पैसे लेनदेन ट्रांज*")), 7),
    _Rule((_GAVE, _SECRET), 8, unless=_RESET),
    _Rule((_SECRET, _Kind("gaveaway")), 5, unless=_RESET),
    _Rule((_OFFICER, _FORCED, _MOVED), 10),
    _Rule((_WHO | _HOOK | _SECRET, _TOOK, _MONEY | _ACCOUNT | _WALLET), 8, unless=_OTHERWISE),
    _Rule((_Kind("tookaway liya"), _SECRET), 1, unless=_USUAL),
    _Rule((_HOOK, _LEFT, _MONEY), 8, unless=_OTHERWISE),
    _Rule((_BAIT, _TOOK | _LEFT | _PAID | _SUNK, _MONEY), 9, unless=_Kind("note notes नोट")),
    _Rule((_FRAUD, _TOOK | _LEFT | _PAID, _MONEY), 6, unless=_Kind("no")),
    _Rule((_OFFER, _SUNK, _MONEY), 9),
    _Rule((_Kind("tookaway leke lekar लेकर"), _HID, _MONEY | _Kind("charge charges चार्ज")), 7),
    _Rule((_THREAT, _SHOT), 9),
    _Rule((_ASKED, _SHOT, _MONEY), 9, unless=_Kind("kyc loan केवाईसी लोन")),
    _Rule((_PHONE, _MISSING, _PAY_APP), 9, unless=_Kind("new naya naye network नया नए")),
    _Rule((_Kind("withme"), _FRAUD), 5),
    _Rule((_Kind("withme"), _CARD, _TOOK | _Kind("cameout")), 9),
    _Rule((_SWAP, _CARD, _HELPER | _TOOK | _Kind("cameout")), 6),
    _Rule((_Kind("posing pretext inname"), _PAID, _MONEY), 7, unless=_USUAL),
    _Rule((_MONEY, _Kind("leaking")), 4, unless=_Kind("nahi nahin nhi नहीं")),
    _Rule((_SIM, _STOPPED, _TOOK | _LEFT | _Kind("transferred")), 7),
    _Rule((_Kind("whoknows notme"), _DEBIT | _MONEY | _TOOK), 9, unless=_Kind("come came credited aaya aaye")),
    _Rule((_Kind("frommine"), _Kind("somebody koi कोई"), _TAKES | _Kind("gaveaway")), 6, unless=_MAY_BE),
)

_HARM = _Rule((_Kind("suicide suicidal selfharm आत्महत्या खुदकुशी khudkushi aatmahatya"),), 0)

_LOSS = _Kind("lost lose losing misplaced dropped missing left gum gir gira giri kho* chhut* छूट* खो* गुम* गिर*")
_LOST_CARD = _Rule(
    (_Kind("card cards atm कार्ड एटीएम"), _LOSS),
    6,
    unless=_Kind("found unblock* naya nayi new replac* reissue* charge* fee* points mil mila नया नई मिल* email mail"),
)


def reports_fraud(text: str) -> bool:
    """Return whether a message reports that money was taken, or is about to be.

    >>> reports_fraud("kisi ne 20000 le liye otp puch kar"), reports_fraud("How do I change my UPI PIN?")
    (True, False)
    """
    words = _words(text)
    return any(rule.fires(words) for rule in _RULES)


def despairs(text: str) -> bool:
    """Return whether somebody writes of taking their life."""
    return _HARM.fires(_words(text))


def reports_lost_card(text: str) -> bool:
    """
    >>> reports_lost_card("mera card kho gaya"), reports_lost_card("what is the fee for a lost card")
    (True, False)
    """
    return _LOST_CARD.fires(_words(text))


def speaks_of_loss(text: str) -> bool:
    """Return whether a text is about something that was lost, whatever it was."""
    return bool(_LOSS.places(_words(text)))


@lru_cache(maxsize=64)
def _words(text: str) -> Sequence[str]:
    plain = _AMOUNT.sub(" amount ", _spelt(text).replace("\u2019", "'").lower())
    plain = " ".join(_WORD.findall(plain))
    for pattern, one in _TOGETHER:
        plain = pattern.sub(one, plain)
    return tuple(plain.split())


_WORD = re.compile(r"[\w'\u0900-\u0963]+")
_AMOUNT = re.compile(
    r"(?:₹|\brs\.?|\binr)\s?\d[\d,.]{0,12}(?:\s?(?:k|lakhs?|lacs?)\b)?"
    r"|\b\d[\d,.]{0,12}\s?(?:k\b|ha[zj]aa?r|thousand|lakhs?\b|lacs?\b|crores?|हजार|लाख|करोड)"
    r"|(?<![\d.,])(?!1930\b|20[12]\d\b)\d{3,7}\b|\b\d{1,2}(?:,\d{2,3}){1,3}\b"
)
