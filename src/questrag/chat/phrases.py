"""Words of a message as the rules of `injection` read them: phrases that say the same are one word."""

import re
import unicodedata
from collections.abc import Sequence

from questrag.chat.disguise import undotted


def spelt(words: str) -> str:
    """Spell words of a rule as `disguise.visible` spells those of a message."""
    return undotted(unicodedata.normalize("NFD", words))


def words_of(texts: Sequence[str]) -> list[list[str]]:
    """Return the words of each text; what belongs together is one word."""
    lines = (" ".join(_WORD.findall(text.replace("\u2019", "'"))) for text in texts)
    plain = "\n".join(lines)  # read in one go; no pattern goes beyond the end of a line
    if _ANY_TOGETHER.search(plain):  # in most texts there is none; five times as fast as looking for each of them
        for pattern, one in _TOGETHER:
            plain = pattern.sub(one, plain)
    return [line.split() for line in plain.split("\n")]


_WORD = re.compile(r"[\w'\u0900-\u0963]+")
_NO_RULES = (
    r"(?:rules?|restrictions?|filters?|limits|limitations?|polic(?:y|ies)|guidelines?|constraints?|safety"
    r"|censorship|ethic\w*|boundaries|morals?|prompt)"
)
_BINA = (
    r"(?:niyam\w*|rules?|filters?|restrictions?|rok ?tok|roktok|limits?|pabandi\w*|ethic\w*|safety"
    r"|hichki\w*)"
)


def _whole_words(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w\u0900-\u0963])(?:{'|'.join(map(spelt, patterns))})(?![\w\u0900-\u0963])")


_AS_ONE = (
    (r"(?:system|initial|hidden|internal|original|secret|developer) ?(?:ai )?(?:prompts?"
     r"|messages?)", "systemprompt"),
    (r"(?:सिस्टम|छिपा|आंतरिक) ?प्रॉम्प्ट\S*", "systemprompt"),
    (r"prompt injections?|jail ?br\w+|प्रॉम्प्ट इंजेक्शन|जेलब्र\S+", "jailbreak"),
    (rf"(?:no|without|free (?:of|from)|zero|not bound by)(?: (?:any|all|your|the|ai|safety|content"
     rf"|ethical|moral)){{0,3}}"
     rf" {_NO_RULES}", "nobounds"),
    (rf"{_NO_RULES} (?:free|nah?i[n]?|were removed|removed|don't apply|do not apply)", "nobounds"),
    (rf"bina (?:\S+ ){{0,2}}?{_BINA}|koi {_BINA} (?:na|nahi?n?)|restricted nahi?n|rules? free", "nobounds"),
    (r"बिना (?:\S+ ){0,2}?(?:नियम\S*|फिल्टर\S*|प्रतिबंध\S*|सीमा\S*|रोक\S*|नैतिक\S*|बाधा\S*"
     r"|हिचकि\S*)", "nobounds"),
    (r"(?:प्रतिबंध|नियम|सीमा)\S* (?:के बिना|से मुक्त|नही|न हो)\S*|कोई (?:नियम|प्रतिबंध)\S* न\S*", "nobounds"),
    (r"(?:dan|evil|god|root|debug|admin|stan|dude|sudo|unrestricted) (?:mode|mod)|do anything now", "freemode"),
    (r"(?:dan|evil|डैन|गॉड|डेवलपर|एडमिन) मोड|sab allowed|सब allowed", "freemode"),
    (r"(?:tum |you (?:are free to|can|may) )(?:sab kuch|kuch bhi|say|do|perform) (?:bol|anything"
     r"|everything|kar)\S*", "freemode"),
    (r"तुम (?:सब कुछ|कुछ भी) (?:बोल|कर|बता)\S*", "freemode"),
    (r"(?:no|without|free of) (?:censorship|moral\w*|ethic\w*|laws?|filter\w*|censor\w*)|bina (?:censor\w*|sharam"
     r"|kanoon|filter)|बिना (?:सेंसर\S*|कानून\S*|नैतिक\S*)|anti ?gpt|opposite (?:mode|day)", "nobounds"),
    (r"(?:maintenance|chaos|unlimited|unfiltered|override|hacker|test|super ?user|unlocked|free) (?:mode|mod|मोड)",
     "devmode"),
    (r"what (?:were|are) you (?:told|instructed|programmed)|your (?:configuration|pre ?prompt|hidden rules?)",
     "systemprompt"),
    (r"(?:tumhe|aapko|tujhe) (?:kya|kaun si|kaunse) (?:\S+ )?(?:nirdesh|instruction|prompt|hidayat)\S*",
     "systemprompt"),
    (r"(?:तुम्हे|आपको|तुम्हें) (?:क्या|कौन से|कौन सी) (?:\S+ )?(?:निर्देश|प्रॉम्प्ट|हिदायत)\S*", "systemprompt"),
    (r"(?:developer|dev) mode", "devmode"),
    (r"(?:ai|model|chatbot|bot|agents?|system)(?: (?:ke?|ka|ki))? (?:source )?code|(?:एआई|ai"
     r"|एजेंट\S*) (?:का )?(?:सोर्स )?कोड", "sourcecode"),
    (r"source code|सोर्स कोड", "sourcecode"),
    (r"(?:system|database|server|सिस्टम|डेटाबेस) (?:(?:ke|ka|में|के) )?(?:andar|hack|अंदर"
     r"|हैक)\S*", "insidesystem"),
    (r"(?:sole|default|only) response (?:is|to)|stop everything|role of (?:an|another|a)", "asif system"),
    (r"act (?:as|like)|acting as|pretend (?:to be|you|that you|ki|karo)|role ?play\w*|behave (?:as"
     r"|like)|you are now", "asif"),
    (r"you're now|from now on|imagine (?:you|a|that)|suppose you|simulate|take on the role"
     r"|stay in character", "asif"),
    (r"maan (?:lo|lete)(?: hain?)?(?: ki)? (?:tum|aap|tu|tumhar\S+)|ab se|(?:ab )?tum ab|ab tum"
     r"|natak karo|dhong karo", "asif"),
    (r"(?:ki|ke) tarah (?:act|behave|baat|jawab)|bano|ban jao", "asif"),
    (r"मान लो|तुम अब|अब तुम|कल्पना करो|ढोंग करो|अब से|बनो|बन जाओ|नाटक करो", "asif"),
    (r"(?:bhoo?l|bhul) ?(?:ja|jao|jaao|jaa|jaiye|jaiyo|jana|do)|bhula ?do|naza?r ?an?daa?[zj]\w*"
     r"|an ?dekh[ai]\w*", "forgetit"),
    (r"भूल (?:जा|जाओ|जाइए|जाना|जाएं)|भुला दो|नजर ?अंदाज|अनदेख\S+|ओवरराइड|बायपास|बाईपास|इग्नोर", "forgetit"),
    (r"mat (?:maa?no|follow)|dhyaa?n (?:mat|na)(?: d[oe]\w*)?|side (?:me|mein|pe|par) rakh\w*"
     r"|side rakh\w*|follow (?:mat|karna band|nahi?)", "breakit"),
    (r"मत मान\S*|ध्यान (?:मत|न)(?: द\S+)?|एक तरफ रख\S*|किनारे रख\S*|पालन (?:करना बंद|मत)|का पालन न", "breakit"),
    (r"(?:stop|do not|don't|no longer|never) (?:follow\w*|obey\w*)|set aside|throw away|break free", "breakit"),
    (r"(?:everything|anything|all)(?: \S+){0,3} (?:above|before|said|previous\w*|so far)", "everythingabove"),
    (r"(?:previous|prior|earlier|preceding|above) (?:conversation|text|messages?|context|task|input"
     r"|content)", "everythingabove"),
    (r"upar (?:ki |ka |ke |wal[aei] )?(?:sab|sabhi|saari|saara|baat\w*|likha)\S*|ऊपर (?:की|का|के"
     r"|वाल\S+)? ?(?:सभी|सारी|सब|बात\S*|लिखा)", "everythingabove"),
    (r"(?:new|naya|naye|nayi) (?:instructions?|hukum|hukm|nirdesh|aadesh|orders?) ?(?=\S)", "neworders "),
    (r"(?:नए|नया|नये) (?:निर्देश|आदेश|हुक्म)", "neworders"),
)  # fmt: skip
_TOGETHER = tuple((_whole_words(pattern), one) for pattern, one in _AS_ONE)
_ANY_TOGETHER = _whole_words(*(pattern for pattern, _ in _AS_ONE))
