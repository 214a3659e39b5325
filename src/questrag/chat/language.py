"""Which of the three languages a customer writes in. A rule, not a model: it costs microseconds."""

import re

from questrag.chat.types import Lang

_DEVANAGARI = re.compile(r"[\u0900-\u097F]")
_WORD = re.compile(r"[a-z]+")

# Function words of Hindi in Roman script that are not English words. One is enough in a short question.
HINGLISH_FUNCTION_WORDS = frozenset(
    """
    hai hain hoon hun tha thi thay kya kyu kyun kyon kaise kese kaisa kaisi kaha kahan kab kitna kitni kitne
    kaun kaunsa konsa kon mera meri mere mujhe mujhko muje mein mai hum humko hume aap aapka aapke aapki apna
    apni apne tum ka ki ke ko se par pe bhi nahi nahin nai nhi nhin mat karo karna karne karni karta karti
    karte kar kiya kiye karu karun karwana karvana karwane hua hui hue hoga hogi honge hota hoti hote ho gaya
    gayi gaye gya gyi raha rahi rahe rha rhi rhe wala wali wale chahiye chaiye chahie lagega lagta lagti lagte
    sakta sakti sakte skta skti skte aur ya agar lekin magar toh phir fir abhi kal aaj yaar bhai ji haan batao
    bataye bataiye bata dene lene diye kuch kuchh koi sab sabhi iska iske iski uska uske uski yeh ye woh wo
    namaste namaskar dhanyavad shukriya alvida theek thik accha acha
    """.split()
)
# Marks of Hinglish too, but no stop words of the search: typed short, or with a meaning of their own ("kat gaya").
_OTHER_HINGLISH = frozenset(
    """
    hogya hogyi hogaya hogayi hgya hgyi hu ayega aayega ayegi aayegi aayga ayga kb kr krna krne krke krdo krde
    kru kse mje mjhe mko ne liye aa ata aata aaya aya aayi ayi aai kat kaat kata kaata gye dikh chal mil bhej
    bheja bheje bhejna kahi sirf bahut bhut jaldi kare karein karen krein rakha chuka chuki wapas vapas bina
    maine tumhara jaise itna itne jyada zyada thoda dono baat karao karwao kara paisa paise paisaa khata khaata
    kholna khulwana band chalu chori gum ghar pehle baad lena dena diya liya dedo dijiye milega milta milti
    milna galat khate ek naam byaj kam saal nakli chalega matlab bahar baar jodna badalna hatana dusre purani
    dukan videsh naye bharna asli kis naya har alag dala anjaan fark girvi purana dekhna gayab purane badalni
    zaruri pati badlo hatao nikalna videshi badla katega dusra teen roz shikayat grahak dikhta pura konse
    khulega banwana mangwana todna tudwana bhul bhula kitab rasid karz udhaar hisab khoya kidhar kaunse mahina
    mahine din maa papa biwi beta beti chhota bada sasta mehnga pakka kaccha sahi chahta chahte rakhna bechna
    kharidna lautana badhana ghatana rokna chhutti raat subah shaam
    """.split()
)
# English has these as well, so one alone settles nothing, two together do.
_WEAK = frozenset(
    """
    se par pe ho ya mat band sab kar ye yeh wo hun tum mere gum ji fir aa aya ne kat mil kata kara thay papa din
    """.split()
)
_FINAL_H = re.compile(r"[a-z]\s+h\W*$")  # "kyc pending h": the verb, typed short


def language_of(text: str) -> Lang:
    """Return the language of a question; a text without letters counts as English.

    >>> language_of("How do I block my card?"), language_of("card block kaise kare"), language_of("कार्ड कैसे बंद करें")
    ('en', 'hinglish', 'hi')
    >>> language_of("KYC का status")
    'hi'
    """
    if _DEVANAGARI.search(text):
        return "hi"
    words = set(_WORD.findall(text.lower())) & (HINGLISH_FUNCTION_WORDS | _OTHER_HINGLISH)
    return "hinglish" if words - _WEAK or len(words) > 1 or _FINAL_H.search(text) else "en"
