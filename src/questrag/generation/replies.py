"""What the assistant says in its own words: small talk, and that it has no answer. Nothing here is a fact."""

import re

from questrag.chat.smalltalk import SmallTalk
from questrag.chat.types import Lang

SMALL_TALK: dict[SmallTalk, dict[Lang, str]] = {
    "greeting": {
        "en": "Hello! I can help with questions about accounts, cards, payments, loans and deposits.",
        "hinglish": "Namaste! Accounts, cards, payments, loans aur deposits ke baare mein mujhse poochiye.",
        "hi": "नमस्ते! खाते, कार्ड, भुगतान, लोन और जमा से जुड़े सवाल आप मुझसे पूछ सकते हैं।",
    },
    "how_are_you": {
        "en": "I am doing well, thank you for asking. Which banking question can I help you with?",
        "hinglish": "Main theek hoon, poochne ke liye shukriya. Banking ke kis sawaal mein aapki madad karun?",
        "hi": "मैं ठीक हूँ, पूछने के लिए धन्यवाद। बैंकिंग के किस सवाल में आपकी मदद करूँ?",
    },
    "thanks": {
        "en": "You are welcome! I am here for any other question about your accounts, cards, payments or loans.",
        "hinglish": "Aapka swagat hai! Accounts, cards, payments ya loans ka koi aur sawaal ho to zaroor poochiye.",
        "hi": "आपका स्वागत है! खाते, कार्ड, भुगतान या लोन का कोई और सवाल हो तो ज़रूर पूछिए।",
    },
    "goodbye": {
        "en": "Goodbye, and take care! Come back whenever you have a banking question.",
        "hinglish": "Alvida, apna khayal rakhiye! Banking ka koi bhi sawaal ho to phir aaiye.",
        "hi": "अलविदा, अपना ख़याल रखिए! बैंकिंग का कोई भी सवाल हो तो फिर आइए।",
    },
    "who_are_you": {
        "en": (
            "I am an automated assistant, not a person. "
            "I answer questions about accounts, cards, payments, loans and deposits from the bank's approved answers."
        ),
        "hinglish": (
            "Main ek automated assistant hoon, koi insaan nahi. "
            "Accounts, cards, payments, loans aur deposits ke jawab main bank ke approved answers se deta hoon."
        ),
        "hi": (
            "मैं एक स्वचालित सहायक हूँ, कोई इंसान नहीं। "
            "खाते, कार्ड, भुगतान, लोन और जमा के सवालों के जवाब मैं बैंक के स्वीकृत उत्तरों से देता हूँ।"
        ),
    },
    "help": {
        "en": (
            "I answer questions about accounts, cards, UPI and other payments, loans, deposits, KYC and complaints. "
            'Ask in your own words, for example: "How do I block my debit card?"'
        ),
        "hinglish": (
            "Main accounts, cards, UPI, loans, deposits, KYC aur complaints ke sawaalon ke jawab deta hoon. "
            'Apne shabdon mein poochiye, jaise: "Debit card block kaise karun?"'
        ),
        "hi": (
            "मैं खाते, कार्ड, UPI और दूसरे भुगतान, लोन, जमा, KYC और शिकायतों के सवालों के जवाब देता हूँ। "
            "अपने शब्दों में पूछिए, जैसे: “डेबिट कार्ड कैसे ब्लॉक करूँ?”"
        ),
    },
    "acknowledge": {
        "en": "All right. If a question about your accounts, cards, payments or loans comes up, just ask.",
        "hinglish": "Theek hai. Accounts, cards, payments ya loans ka koi sawaal ho to zaroor poochiye.",
        "hi": "ठीक है। खाते, कार्ड, भुगतान या लोन का कोई सवाल हो तो ज़रूर पूछिए।",
    },
    "sorry": {
        "en": "No need to apologise! Ask me anything about accounts, cards, payments or loans.",
        "hinglish": "Koi baat nahi! Accounts, cards, payments ya loans ke baare mein kuch bhi poochiye.",
        "hi": "कोई बात नहीं! खाते, कार्ड, भुगतान या लोन के बारे में कुछ भी पूछिए।",
    },
}

NO_ANSWER: dict[Lang, str] = {
    "en": (
        "I am sorry, I don't have approved information on this, and I would rather not guess. "
        "Your bank's staff can help you: use its official app or website, or visit your branch."
    ),
    "hinglish": (
        "Maaf kijiye, iske baare mein mere paas approved jaankari nahi hai, aur andaaza lagana theek nahi hoga. "
        "Bank ke log aapki madad karenge: bank ke official app ya website se, ya apni branch mein, unse sampark kijiye."
    ),
    "hi": (
        "माफ़ कीजिए, इसके बारे में मेरे पास स्वीकृत जानकारी नहीं है, और अंदाज़ा लगाना ठीक नहीं होगा। "
        "बैंक के कर्मचारी आपकी मदद करेंगे: बैंक के आधिकारिक ऐप या वेबसाइट से, या अपनी शाखा में, उनसे संपर्क कीजिए।"
    ),
}

TALK_TO_A_PERSON: dict[Lang, str] = {
    "en": (
        "Of course you can talk to a person, only I cannot connect you from here. "
        "Contact your bank's staff through its official app or website, or visit your branch."
    ),
    "hinglish": (
        "Aap bank ke kisi vyakti se zaroor baat kar sakte hain, bas yahan se call nahi jud sakti. "
        "Bank ke official app ya website se sampark kijiye, ya apni branch jaaiye."
    ),
    "hi": (
        "आप बैंक के किसी व्यक्ति से ज़रूर बात कर सकते हैं, बस यहाँ से कॉल नहीं जुड़ सकती। "
        "बैंक के आधिकारिक ऐप या वेबसाइट से संपर्क कीजिए, या अपनी शाखा जाइए।"
    ),
}

_WANTS_A_PERSON = re.compile(
    r"\b(?:talk|speak|chat|connect|transfer|call|contact|need|want|give)\w*\b.{0,30}?"
    r"\b(?:humans?|person|people|agents?|someone|somebody|representatives?|executives?|staff|manager|officer|operator)\b"
    r"|\b(?:real|live|human) (?:person|agent|human)\b|\bcustomer (?:care|service|support)\b|\bcall cent(?:er|re)\b"
    r"|\b(?:agent|insaa?n|aadmi|vyakti|kisi|manager|executive|officer|adhikari|bande)\b.{0,20}?"
    r"\b(?:baat|bat|milao|milna|connect|sampark)\b"
    r"|(?:इंसान|व्यक्ति|किसी|एजेंट|अधिकारी|मैनेजर|प्रतिनिधि|आदमी).{0,20}?(?:बात|जोड़|मिला|संपर्क)|कस्टमर केयर|ग्राहक सेवा",
    re.IGNORECASE,
)


def wants_a_person(question: str) -> bool:
    """Return whether a customer asks for somebody to talk to.

    >>> wants_a_person("talk to a human"), wants_a_person("agent se baat karni hai"), wants_a_person("इंसान से बात")
    (True, True, True)
    >>> wants_a_person("Which documents does a person need?")
    False
    """
    return bool(_WANTS_A_PERSON.search(question))
