"""Recognises a message that is only small talk. Anything with a request in it is not."""

import re
from typing import Literal

SmallTalk = Literal["greeting", "how_are_you", "thanks", "goodbye", "who_are_you", "help", "acknowledge", "sorry"]

_FILLER = frozenset(
    """
    a all and bot bro brother buddy chatbot dear everyone for friend guys hey here i im just please pls plz sir madam
    mam maam so team the there to very again bhai bhaiya ji yaar dost aap aapka aapki ka ki ke ko mera bahut bhut bohot
    much lot help helping helped your you ur u really well ok okay oh now today my me jii sirji kya
    जी भाई सर मैडम बहुत आपका आपको यार दोस्त
    """.split()
)

# Whole phrases, tried in this order. A message is small talk only when nothing but filler is left around them.
_PHRASES: tuple[tuple[SmallTalk, str], ...] = (
    (
        "how_are_you",
        r"how are (?:you|u)(?: doing)?|how r u|how'?s it going|how do you do|what'?s up|whats up|sup|"
        r"kaise ho|kaise hai|kaise hain|kese ho|kya haal hai|kya hal hai|kya haal|sab theek|sab thik|"
        r"आप कैसे हैं|कैसे हो|कैसे हैं|क्या हाल है",
    ),
    (
        "who_are_you",
        r"who (?:are|r) (?:you|u)|what are you|"
        r"(?:are|r) (?:you|u) (?:a )?(?:real person|bot|robot|human|real|person|ai)|"
        r"what is your name|what'?s your name|your name|"
        r"(?:aap|tum|tu) (?:kya )?(?:ek )?(?:robot|bot|chatbot|machine|insaan|insan|human|ai|computer)"
        r"(?: (?:ho|hai|hain|h))?(?: kya)?|"
        r"(?:aap |tum )?kaun (?:ho|hai|hain)|(?:tumhara |aapka )?naam kya hai|"
        r"(?:क्या )?(?:आप|तुम) (?:कोई |एक )?(?:रोबोट|बॉट|मशीन|इंसान) (?:हो|हैं)|"
        r"आप कौन हैं|तुम कौन हो|(?:आपका|तुम्हारा) नाम क्या है",
    ),
    (
        "goodbye",
        r"good ?bye|bye bye|bye|see you(?: later| soon)?|good ?night|gn|take care|(?:that|this)(?:'?s| is) all|"
        r"nothing else|alvida|phir milenge|fir milenge|bas itna hi|अलविदा|फिर मिलेंगे|शुभ रात्रि|👋",
    ),
    (
        "thanks",
        r"thank ?you|thank u|thanks|thankyou|thanku|thanx|thnx|thnks|thx|tysm|ty|much appreciated|appreciate it|"
        r"appreciated|dhanyavaa?d|dhanyawaa?d|shukriya|shukria|धन्यवाद|शुक्रिया|थैंक यू|थैंक्स",
    ),
    ("sorry", r"sorry|my bad|apologies|maaf karo|maaf karna|maaf kijiye|माफ़ करना|माफ करना|सॉरी"),
    (
        "greeting",
        r"hello|hi+|hey+|hiya|howdy|g(?:oo|u)?d ?(?:mo?rni?n?g|mrng?|afternoon|evening|evng)|gm|greetings|"
        r"namaste|namaskar|namasthe|pranam|suprabhat|shubh prabhat|ram ram|radhe radhe|jai shri ram|"
        r"salaam|salam|assalamu alaikum|sat sri akal|"
        r"नमस्ते|नमस्कार|प्रणाम|राम राम|राधे राधे|हेलो|हैलो|हाय|सुप्रभात|शुभ प्रभात|😊|🙂",
    ),
    ("thanks", r"🙏"),
    (
        "acknowledge",
        r"(?:(?:that|this|it)(?:'?s| is| was) )?(?:ok+|okay|fine|all ?right|great|nice|cool|good|perfect|awesome)|"
        r"okie|k|got it|understood|i see|sure|"
        r"yes|yeah|yep|no|nope|hmm+|haan|han|ji haan|nahi|theek hai|thik hai|theek|thik|acha|accha|achha|"
        r"samajh gaya|samajh gayi|"
        r"badhiya|sahi hai|ठीक है|ठीक|अच्छा|समझ गया|समझ गई|हाँ|हां|नहीं|👍|👌",
    ),
    (
        "help",
        r"what can you do|what can i ask|how can you help|can you help me|can you help|i need help|need help|"
        r"help me|help|"
        r"kya kar sakte ho|kya kar sakte hain|meri madad karo|madad karo|madad chahiye|help chahiye|help karo|"
        r"मदद चाहिए|मदद करो|मेरी मदद करो|आप क्या कर सकते हैं",
    ),
)
_PATTERNS = tuple((kind, re.compile(rf"(?<!\w)(?:{phrase})(?!\w)")) for kind, phrase in _PHRASES)
_WORDS = re.compile(r"[\w'\u0900-\u097F]+|[👋🙏😊🙂👍👌]")


def small_talk(text: str) -> SmallTalk | None:
    """Return the kind of small talk, or None when the message is, or holds, anything else.

    >>> small_talk("Hello there!"), small_talk("bahut dhanyavad ji"), small_talk("hi, block my card")
    ('greeting', 'thanks', None)
    """
    rest = " ".join(_WORDS.findall(text.lower()))
    if not rest or len(rest) > 80:
        return None
    found: SmallTalk | None = None
    for kind, pattern in _PATTERNS:
        rest, times = pattern.subn(" ", rest)
        if times and found is None:
            found = kind
    return found if set(rest.split()) <= _FILLER else None
