"""Reports of fraud in progress: the emergency steps come before anything else.

A rule on purpose. It may fire once too often, which costs a customer four lines of reading; missing a
report can cost them their savings.
"""

import re

from questrag.chat.types import Lang

_REPORT = re.compile(
    r"""
    \b(?:i|we|me|my|mere|mera|meri|mujhe|mujhse|maine|mummy|papa|father|mother|someone|somebody|kisi|kisine|koi)
    \b.*
    (?:
        \b(?:scam(?:med)?|defrauded|duped|cheated|hacked|phished|fraud\s+(?:ho|hua|hogaya|kiya|transaction|call))\b
        | \b(?:shared|gave|told|disclosed|bata\s*diy?a?|de\s*diy?a?|share\s*kar)\b.*\b(?:otp|pin|cvv|password)\b
        | \b(?:otp|pin|cvv|password)\b.*\b(?:shared|gave|told|disclosed|bata\s*diy?a?|de\s*diy?a?|share\s*(?:kar|ho))
        | \bused\s+my\s+(?:card|account|upi)\b
    )
    | \b(?:un-?authori[sz]ed|fraudulent|unknown)\s+(?:transaction|debit|payment|withdrawal|transfer)s?
        \b(?!\s+(?:liability|rules|policy))
    | \b(?:fraud|scam|dhokha|thagi)\s*(?:ho\s*(?:gaya|gya|gayi)|hua|kar\s*(?:diya|liya))
    | \b(?:money|amount|rupees|cash)\b.*\b(?:stolen|siphoned)\b
    | \b(?:card|phone|mobile|wallet|purse)\b.*\b(?:stolen|snatched|chori|chhin)\b
    | \b(?:stole|stolen|snatched|chori)\b.*\b(?:card|phone|mobile|wallet|purse|money|paise|paisa)\b
    | \b(?:paise|paisa|rupaye|amount)\b.*\b(?:chori|ud\s*gaye|uda\s*liye|gayab)\b
    | \bmaine\s+nahi\s+kiya\b.*\b(?:transaction|payment|debit)\b
    | \b(?:transaction|payment)\b.*\bmaine\s+nahi\s+(?:kiya|ki|kari)\b
    | \bi\s+(?:did\s*n[o']?t|never)\s+(?:make|do|authori[sz]e|approve)\b
    | (?:धोखाधड़ी|ठगी|फ्रॉड|फ्राड|धोखा)\s*(?:हो\s*(?:गई|गया|गयी)|हुई|हुआ)
    | (?:पैसे|कार्ड|मोबाइल|फोन|फ़ोन).*(?:चोरी|गायब|छिन)
    | (?:ओटीपी|OTP|पिन|PIN).*(?:बता\s*दि?या|बता\s*दी|दे\s*दि?या|दे\s*दी|शेयर)
    """,
    re.IGNORECASE | re.VERBOSE,
)

EMERGENCY_INTENT = "fraud_emergency"
"""Of an entry that says what `STEPS` says, for customers who ask what to do and report nothing."""

STEPS: dict[Lang, str] = {
    "en": (
        "If money is at risk, do this first:\n"
        "1. Block the card, UPI or account now, in your bank's official app "
        "or with the number on the back of your card.\n"
        "2. Call 1930, the national cybercrime helpline, or report at cybercrime.gov.in.\n"
        "3. Tell your bank in writing and keep the complaint number.\n"
        "Never share an OTP, PIN, CVV or password with anyone, also not with us."
    ),
    "hinglish": (
        "Agar paise khatre mein hain to pehle yeh karein:\n"
        "1. Card, UPI ya account turant block karein: bank ke official app se "
        "ya card ke peeche likhe number par call karke.\n"
        "2. 1930 (national cybercrime helpline) par call karein ya cybercrime.gov.in par report karein.\n"
        "3. Bank ko likhit mein batayein aur complaint number sambhal kar rakhein.\n"
        "OTP, PIN, CVV ya password kisi ko na batayein, hamein bhi nahi."
    ),
    "hi": (
        "अगर पैसे ख़तरे में हैं तो पहले यह करें:\n"
        "1. कार्ड, UPI या खाता तुरंत ब्लॉक करें: बैंक के आधिकारिक ऐप से "
        "या कार्ड के पीछे लिखे नंबर पर कॉल करके।\n"
        "2. 1930 (राष्ट्रीय साइबर अपराध हेल्पलाइन) पर कॉल करें या cybercrime.gov.in पर शिकायत दर्ज करें।\n"
        "3. बैंक को लिखित में बताएँ और शिकायत संख्या सँभालकर रखें।\n"
        "OTP, PIN, CVV या पासवर्ड किसी को न बताएँ, हमें भी नहीं।"
    ),
}
"""1930 and cybercrime.gov.in: Ministry of Home Affairs, Indian Cyber Crime Coordination Centre."""


def reports_fraud(text: str) -> bool:
    """Return whether the customer says that fraud or theft has happened to them.

    >>> reports_fraud("I shared my OTP with a caller"), reports_fraud("mere paise chori ho gaye")
    (True, True)
    >>> reports_fraud("How do I change my UPI PIN?")
    False
    """
    return _REPORT.search(text) is not None
