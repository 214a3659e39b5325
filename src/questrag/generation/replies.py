"""What the assistant says in its own words: small talk, and that it has no answer. Nothing here is a fact."""

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
        "en": "All right. Is there anything else about your accounts, cards, payments or loans that I can help with?",
        "hinglish": "Theek hai. Accounts, cards, payments ya loans mein kuch aur madad chahiye?",
        "hi": "ठीक है। खाते, कार्ड, भुगतान या लोन में कुछ और मदद चाहिए?",
    },
    "sorry": {
        "en": "No problem at all. How can I help with your accounts, cards, payments or loans?",
        "hinglish": "Koi baat nahi. Accounts, cards, payments ya loans mein kya madad karun?",
        "hi": "कोई बात नहीं। खाते, कार्ड, भुगतान या लोन में क्या मदद करूँ?",
    },
}

NO_ANSWER: dict[Lang, str] = {
    "en": (
        "I don't have approved information on this, and I would rather not guess. "
        "A person at your bank can help: call the number on the back of your card or visit your branch."
    ),
    "hinglish": (
        "Iske baare mein mere paas approved jaankari nahi hai, aur main andaaza nahi lagana chahta. "
        "Madad ke liye card ke peeche likhe number par call karein ya apni branch jaakar kisi se milein."
    ),
    "hi": (
        "इसके बारे में मेरे पास स्वीकृत जानकारी नहीं है, और मैं अंदाज़ा नहीं लगाना चाहता। "
        "बैंक का कोई व्यक्ति आपकी मदद कर सकता है: कार्ड के पीछे लिखे नंबर पर कॉल करें या अपनी शाखा जाएँ।"
    ),
}
