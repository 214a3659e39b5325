"""Which words of a text are about something."""

import re

_WORD = re.compile(r"[a-z0-9]+|[\u0900-\u097F]+")
_ENDING = re.compile(r"(?:ing|ed|e)$")
_STOP = frozenset(
    """
    a about after again all also am an and any are as at be been but by can could did do does for from get give had
    has have how i if in is it its just may me more most much my need no not of on or please should so some
    tell that the their them then there they this to us want was we were what when where which who why will with would
    you your
    let make makes made many new old take take thing today tomorrow yesterday use way
    aap aapka aapke aapki apna apne apni aur bata batao bataye ban chahiye cheez de dena do ek ga gi ha
    haan hai hain ho hoga hogi hoon hota hoti hua hum isme iska iske iski jo ka kab kaha kahan kaisa
    kaise kar karna karne karo karu karun kaun ke kese ki kitna kitne kitni ko koi kon konsa kya kyon
    kyu kyun lena liye main me mein mera mere meri mujhe nahi ne par pe raha rahe rahi sakta sakte sakti
    se tha the thi to toh us uska uske uski wala wale wali ya ye yeh
    अपना अपनी अपने आप आपका आपकी आपके इस उस एक और कब कर करना करने करूँ करें कहाँ का कि कितना कितनी कितने
    की के कैसे को कोई कौन क्या क्यों गया गई चाहिए जो तो था थी थे दे दें ने नहीं पर मुझे में मेरा मेरी
    मेरे मैं या यह ये लिए वह वाला वाली से है हैं हो होगा होता होती हूँ
    """.split()
)
# Every other entry of a bank has these: sharing one says nothing about what is meant.
_EVERYWHERE = """
    account app atm bank branch card charge customer deposit fee form help loan money number offline online open payment
    rate service time transaction upi website work day month year rupee
    khata khate khaata paisa paise jaankari samay din mahine saal
    खाता खाते बैंक कार्ड लोन ऋण पैसा पैसे शाखा ऐप नंबर शुल्क भुगतान जमा जानकारी समय दिन महीने साल ऑनलाइन
"""


def content_words(text: str) -> frozenset[str]:
    """Return the words of a text without those that only hold it together, in their stems."""
    return frozenset(_stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP)


def telling_words(text: str) -> frozenset[str]:
    """Return the content words that are not found everywhere at a bank.

    >>> sorted(telling_words("What is the interest on my loan?"))
    ['interest']
    """
    return content_words(text) - _TOO_COMMON


def _stem(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return _ENDING.sub("", word) if len(word) > 4 else word


_TOO_COMMON = content_words(_EVERYWHERE)
