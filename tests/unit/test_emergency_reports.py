"""Which messages report fraud and are answered with the emergency steps at once, and which only look like it."""

import pytest

from questrag.chat.emergency import opening_for

# The rules were chosen on these.
REPORTS = """
someone took 20000 with otp
fake customer care number took 25000 from me
got sms that account will be blocked, opened link filled details now 1 lakh gone
accepted a collect request by mistake from a cheater 3000 gone
screen sharing app installed by support guy now balance is zero
lost my phone it has bank app and upi, plz block
atm guy swapped my card and took 40000
paid 5000 registration for job, now number switched off
invested 3 lakh in trading whatsapp group now cant withdraw
olx army man buyer sent qr and took 18000
money gone from acount i didnt do anything
my account is hacked do something
fraud with me 20 thousand
kisi ne 20000 le liye otp puch kar
nakli customer care wale ne 25k uda liye
kyc ke naam pe link bheja details bhar di paise kat gye
upi request accept kar li galti se 3000 thag liya
phone pe app dalwaya usne screen dekh ke sab paise nikal diye
phone kho gaya hai usme upi hai block karo
atm me ek ladke ne card badal diya 40 hazar le gaya
job ke naam par 5000 le liye ab phone band
whatsapp trading group me 3 lakh lagaye ab nikal nahi rahe
olx pe fauji bol ke qr bheja 18000 kat gaye
khate se paise gaye maine kuch nahi kiya
mera acount hack ho gya kuch karo
mere sath 20 hazar ka frod ho gya
ओटीपी पूछकर 20 हज़ार ले लिए
नकली कस्टमर केयर वाले ने 25000 उड़ा लिए
केवाईसी के नाम पर लिंक भेजा जानकारी भर दी पैसे कट गए
यूपीआई रिक्वेस्ट मंजूर कर ली 3000 ठग लिए
मोबाइल में ऐप डलवाया और सारे पैसे निकाल लिए
फोन खो गया है उसमें यूपीआई है बंद करो
एटीएम में एक लड़के ने कार्ड बदल दिया 40 हज़ार ले गया
नौकरी के नाम पर 5000 ले लिए अब फोन बंद
व्हाट्सऐप ट्रेडिंग ग्रुप में 3 लाख लगाए अब निकल नहीं रहे
ओएलएक्स पर फौजी बनकर क्यूआर भेजा 18000 कट गए
खाते से पैसे गए मैंने कुछ नहीं किया
मेरा अकाउंट हैक हो गया कुछ करो
मेरे साथ 20 हज़ार का फ्रॉड हो गया
""".strip().splitlines()

# The first of these were read, though not counted, while the rules were written, and flatter; the last were written
# afterwards and no rule was changed for one of them: expect that of reports in other words.
READ_NOT_COUNTED = """
i told my otp to a caller and 50k is gone
googled customer care of the bank and the man there emptied my account
installed an apk for kyc and money started going out
guy sent upi request said its refund i entered pin and 12000 cut
my sim stopped working and 2 lakhs went out of my account
phone stolen and they are making upi payments
courier scam they said drugs in my parcel and i sent 80000
part time job telegram task they took 60000 now not returning
fake share trading app, my 5 lakh is stuck they ask more money
selling sofa on olx buyer took money from me instead
10k withdrawn i dont know who did it
got cheated online by seller paid 4500 he blocked me
his link took all my savings pls stop the payment
otp bata diya usne 15 hazaar nikal liye
google se number nikala customer care ka, usne account khali kar diya
apk file install karwai aur khate se 1 lakh nikal gaye
collect request bheji bola refund hai pin dala 12000 gaye
sim band ho gaya achanak aur 2 lakh nikal gaye
mera phone chori ho gya usse paise bhej rahe hai
courier me drugs bol ke 80000 dalwa liye
telegram task wala kaam me 60000 fasa diye wapas nahi de rahe
farzi trading app me 5 lakh dub gaye
olx pe sofa bech raha tha ulta mere paise le gaya
10000 nikal gaye pata nahi kisne nikale
online saman mangaya paise le liye aur block kar diya
usne baato me lagake saare paise thag liye
ओटीपी बता दिया उसने 15000 निकाल लिए
गूगल से कस्टमर केयर का नंबर लिया उसने खाता खाली कर दिया
एपीके इंस्टॉल करवाया और खाते से 1 लाख निकल गए
कलेक्ट रिक्वेस्ट भेजी बोला रिफंड है पिन डाला 12000 गए
सिम अचानक बंद हो गया और 2 लाख निकल गए
मेरा फोन चोरी हो गया उससे पैसे भेज रहे हैं
कूरियर में ड्रग्स बोलकर 80000 डलवा लिए
टेलीग्राम टास्क वाले काम में 60000 फंसा दिए वापस नहीं दे रहे
फर्जी ट्रेडिंग ऐप में 5 लाख डूब गए
ओएलएक्स पर सोफा बेच रहा था उल्टा मेरे पैसे ले गया
10000 निकल गए पता नहीं किसने निकाले
ऑनलाइन सामान मंगाया पैसे ले लिए और ब्लॉक कर दिया
बातों में लगाकर सारे पैसे ठग लिए
""".strip().splitlines()

WRITTEN_LAST = """
my uncle was called by fake bank staff, 80000 debited
shared the code by mistake, 4 transactions happened
scammer has my card number and cvv
someone opened my phonepe and sent 25000
i got robbed online 3k
received call about reward points, otp gone, 14000 gone
my atm card was swapped in the booth
they hacked my whatsapp and asking money
paid for puppy online seller not responding
they are threatening to arrest me if i dont pay 1 lakh
unknown debit of 2,999 from google play
fake loan agent took 7000 fees
deposited in a ponzi 2 lakh they ran away
mere account se 3 baar 5000 kat gaye maine nahi kiya
reward point ka call aaya otp diya paise gaye
koi mera atm use kar raha hai
whatsapp hack karke dosto se paise mang raha
dhoka ho gaya 40 hazar ka
paise double karne ke naam par 1 lakh le gaya
mera purse chori usme sab card the
insta pe kapde order kiye 2500 diye nakli page nikla
angutha laga ke kisi ne 10000 nikale
bank wala ban ke aaya aur card le gaya
screen share karwaya aur upi pin dekh liya
रिवॉर्ड पॉइंट के नाम पर कॉल आई, ओटीपी बता दिया, 14000 गए
किसी ने अंगूठा लगाकर 10000 निकाले
पैसे दोगुने करने का लालच देकर 1 लाख ले गया
कोई मेरा एटीएम इस्तेमाल कर रहा है
पर्स चोरी हो गया सारे कार्ड उसी में थे
धोखे से 40 हज़ार ट्रांसफर करा लिए
""".strip().splitlines()

INNOCENT = """
how do i set upi pin
i took a loan of 20000 with otp verification
can someone else withdraw money from my account with my cheque
how to be safe from fraud calls
does the bank ask for otp on call
why 590 deducted from my account
failed transfer amount not come back
emi deducted twice this month
how to do kyc update online
how to decline a collect request
changed my sim do i need to register again
is there a loan app of the bank
my cheque of 50000 was returned
how to block unwanted sms from bank
withdrew 10000 from atm but slip not printed
will i get money back if atm eats my card
job letter needed for loan?
how to track courier for cheque book
i entered wrong otp three times
i got 5000 from unknown person in my account how to return
how do scammers take money with otp
why should i not share otp
annual charge of 500 deducted on my card
atm did not give cash but 5000 got deducted
upi pin bhul gaya kaise set kare
20000 ka loan liya otp se verify karke
anjaan aadmi se 5000 aa gaye wapas kaise karu
thag otp se paise kaise nikalte hai
otp kisi ko kyu nahi batana chahiye
card ka saalana 500 kat gaya
atm ne cash nahi diya 5000 kat gaya
dukandar bol raha refund kar diya par aaya nahi
galat upi id pe paise chale gaye
qr scan karke payment kaise kare
sim badla hai dobara register karna padega kya
bank ka loan app hai kya
50000 ka cheque wapas aa gaya
bank ke faltu sms kaise band kare
atm se 10000 nikale slip nahi aayi
atm me card atak gaya
fauji salary account ke fayde
bhai ne gold loan me 50 hazaar le liye byaj kitna lagega
galat otp daal diya teen baar
kisi ne galti se 20000 bhej diye
kya dost mere khate me cash jama kar sakta hai
phishing kya hai
atm se nikalne ka kitna charge lagta hai
atm se paise nahi nikle par kat gaye
यूपीआई पिन भूल गया कैसे सेट करूँ
20000 का लोन लिया ओटीपी से वेरिफाई करके
अनजान आदमी से 5000 आ गए वापस कैसे करूँ
ठग ओटीपी से पैसे कैसे निकालते हैं
ओटीपी किसी को क्यों नहीं बताना चाहिए
कार्ड का सालाना 500 कट गया
एटीएम ने नकद नहीं दिया 5000 कट गए
दुकानदार बोल रहा रिफंड कर दिया पर आया नहीं
गलत यूपीआई आईडी पर पैसे चले गए
क्यूआर स्कैन करके भुगतान कैसे करें
सिम बदला है दोबारा रजिस्टर करना पड़ेगा क्या
बैंक का लोन ऐप है क्या
50000 का चेक वापस आ गया
बैंक के फालतू एसएमएस कैसे बंद करें
एटीएम से 10000 निकाले पर्ची नहीं आई
एटीएम में कार्ड फँस गया
फौजी वेतन खाते के फायदे
भाई ने गोल्ड लोन में 50 हज़ार ले लिए ब्याज कितना लगेगा
गलत ओटीपी डाल दिया तीन बार
किसी ने गलती से 20000 भेज दिए
क्या दोस्त मेरे खाते में नकद जमा कर सकता है
फिशिंग क्या है
एटीएम से निकालने का कितना चार्ज लगता है
एटीएम से पैसे नहीं निकले पर कट गए
reward points expired can i get them
google play payment of 299 how to stop
my uncle wants to open account
atm card use karne ka charge
card le gaya courier wapas
bank wale ghar aaye kyc karne
kapde order kiye refund kab aayega
kyc ke naam par bar bar msg kyu aata hai
2 lakh ki fd double kab hogi
paise double hone me kitne saal
arrest warrant se account freeze hota hai kya
finger print se paise kaise nikale
aadhaar se 10000 nikale slip nahi mili
whatsapp banking kaise chalu kare
रिवॉर्ड पॉइंट के पैसे कैसे लें
अंगूठे से पैसे कैसे निकालें
40 हज़ार ट्रांसफर करने का चार्ज
कार्ड इस्तेमाल न करने पर फीस
पर्स जैसा वॉलेट ऐप क्या है
खाते में 10000 से कम हो तो क्या कटेगा
""".strip().splitlines()


def reported(text: str) -> bool:
    opening = opening_for(text, "en")
    return opening is not None and opening.kind == "fraud"


@pytest.mark.parametrize("text", REPORTS)
def test_a_report_of_fraud_gets_the_emergency_steps_however_it_is_typed(text: str) -> None:
    assert reported(text)


@pytest.mark.parametrize(
    ("texts", "share"), [(READ_NOT_COUNTED, 0.8), (WRITTEN_LAST, 0.5)], ids=["read, not counted", "written last"]
)
def test_other_reports_are_recognised_as_often_as_was_measured(texts: list[str], share: float) -> None:
    assert sum(map(reported, texts)) / len(texts) >= share


@pytest.mark.parametrize("text", INNOCENT)
def test_a_question_that_only_looks_like_a_report_gets_no_emergency_steps(text: str) -> None:
    assert not reported(text)


@pytest.mark.parametrize(
    "amount", ["20000", "20,000", "₹20,000", "Rs. 20000", "20k", "20 hazaar", "0.2 lakh", "२० हज़ार"]
)
def test_an_amount_stands_for_money_however_it_is_written(amount: str) -> None:
    assert reported(f"someone took {amount} with otp")


def test_how_devanagari_is_spelt_makes_no_difference() -> None:
    assert reported("ओटीपी पूछकर 20 हज़ार ले लिए") and reported("ओटीपी पूछकर 20 हजार ले लिए")
    assert reported("मोबाइल छीन लिया, उसमें फ़ोन पे चालू है") and reported("मोबाइल छीन लिया, उसमे फोन पे चालू है")


def test_a_long_message_is_looked_through_in_no_time() -> None:
    assert not reported("9," * 20_000)
