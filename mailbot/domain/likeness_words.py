"""Words that tell nothing about a problem, and words that officers write in several ways; see likeness.py."""

from __future__ import annotations

# Greetings, courtesies, pronouns, prepositions and forms of to be and to do. Negations stay: "not" is half the problem.
_SMALL = """
    a an the and or but of to in on at by for from with as is are was were be been am it its this that these those i
    we you he she they my our your me us them his her their have has had do does did can could will would shall may
    might there here so if then than when while after before since also very just only even again still now today
    yesterday sir madam ji dear team respected helo hi good morning afternon evening regards thanks thank kindly
    please pls plz request requested sincerely yours faithfuly office officer department urgent urgently asap
    imediately hai hain h ho hua hui hue tha thi raha rahi rahe rha rhi rhe ka ki ke ko se mein main par per pe aur
    ya bhi kya jo ye yeh yah vo voh woh vah isko usko mera meri mere hamara hamari hamare ham hum aap ap kripya
    kripaya mahoday mahodaya namaste namaskar shriman jaldi turant ab abhi kar karen karein kare karo kiya krne
    karne karna karte gaya gayi gaye jata jati jate ja sake sakte sakta diya dena den dijiye kijiye batayen bataye
    है हैं हो हुआ हुई हुए था थी थे रहा रही रहे का की के को से में मैं पर और या भी तो ही क्या जो ये यह वे वह वो इस उस
    इसे उसे इसको मेरा मेरी मेरे हमारा हमारी हमारे हम आप मुझे हमें कृपया कृपा महोदय महोदया श्रीमान जी नमस्ते नमस्कार
    सर मैडम मान्यवर धन्यवाद सादर भवदीय कर करें करे करना करने करते किया गया गई गयी गए जा जाता जाती जाते सके सकता सकते
    दिया दें देना अब अभी तत्काल शीघ्र तुरंत एक कोई कुछ इसलिए जब तब तक बार लिए द्वारा साथ अतः निवेदन अनुरोध अवगत
    कराना चाहता कार्यालय अधिकारी विभाग दीजिए कीजिए बताएं
    """
SMALL_WORDS = frozenset(_SMALL.split())

# After runs of one letter became one letter: "haallo" is "halo" already.
_SPELLINGS = """
    nahin=nahi nhi=nahi nai=nahi nahe=nahi नही=nahi नहि=nahi cant=not canot=not unable=not isnt=not doesnt=not
    dont=not fails=fail failed=fail failing=fail errors=error eror=error problems=problem prob=problem
    issues=issue files=file filed=file filing=file returns=return showing=show shows=show shown=show opens=open
    opening=open working=work works=work loading=load loads=load dakhil=file daakhil=file दाख़िल=दाखिल
    पोर्टल=portal त्रुटि=error एरर=error लॉगिन=login लॉगइन=login लागिन=login ओटीपी=otp रिटर्न=return
    समस्या=problem samasya=problem नहीं=nahi
    """
SPELLINGS = dict(pair.split("=") for pair in _SPELLINGS.split())
