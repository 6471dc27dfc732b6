"""Text typed in Kruti Dev is recognised, nothing else is, and its reading is the Hindi that was meant."""

from __future__ import annotations

import time
import unicodedata

import pytest

from mailbot.domain.legacy_hindi import find_reading
from mailbot.domain.legacy_hindi_syllables import read_syllables
from tests.legacy_typist import type_in_kruti_dev

# What officers write, in Unicode; the test types it. Codes and English words are typed in another font.
SENTENCES = """
पोर्टल नहीं खुल रहा है
महोदय, GSTR-3B दाखिल करने में समस्या आ रही है।
कृपया शीघ्र समाधान करने का कष्ट करें।
आज सुबह से लॉगिन नहीं हो पा रहा है।
करदाता का पंजीकरण प्रमाण पत्र डाउनलोड नहीं हो रहा है।
उपर्युक्त विषयक अवगत कराना है कि नोटिस जारी नहीं हो रही है।
E-way Bill निरस्त करने के बाद भी पोर्टल पर सक्रिय दिख रहा है।
दिनांक 22-11-2026 से पासवर्ड बदलने पर भी त्रुटि दिखाई दे रही है।
मेरी कर्मचारी आईडी 104872 है, कृपया पासवर्ड रीसेट कर दें।
व्यापारी का रिफंड आवेदन ARN AA090726001234K तीन माह से लंबित है।
समस्या अभी तक हल नहीं हुई है।
कार्य हो गया
धन्यवाद, समस्या का समाधान हो गया है।
ओटीपी मोबाइल पर प्राप्त नहीं हो रहा है।
कल तक आदेश अपलोड करना आवश्यक है अन्यथा समय सीमा समाप्त हो जाएगी।
अपील का आदेश पोर्टल पर प्रदर्शित नहीं हो रहा है।
GSTIN 09AAACH7409R1ZZ की फर्म का पता गलत दिख रहा है।
विभागीय लॉगिन में "Invalid session" लिखा आता है।
कृपया उक्त करदाता का भुगतान लेजर में दर्ज करायें।
चालान जमा करने के बाद भी राशि खाते में नहीं आयी है।
वाद संख्या 214/2016-17 की पत्रावली नहीं खुल रही है।
हमारे कार्यालय के सभी कम्प्यूटर पर यही त्रुटि आ रही है।
ई-वे बिल की रिपोर्ट एक्सेल में डाउनलोड नहीं होती।
स्क्रीनशॉट संलग्न है, कृपया देखने का कष्ट करें।
निर्धारण आदेश पर डिजिटल हस्ताक्षर नहीं हो पा रहे हैं।
सहायक आयुक्त, खण्ड 5, प्रयागराज को अवगत कराया जा चुका है।
तकनीकी कारणों से रिटर्न की अंतिम तिथि निकल गई।
सेवा में, संयुक्त आयुक्त महोदय, वाणिज्य कर, लखनऊ
शून्य विवरणी दाखिल करने पर विलम्ब शुल्क क्यों लिया गया?
मैंने क्रोम और एज दोनों में प्रयास किया लेकिन same error आ रहा है।
बैंक खाता सत्यापन के लिए लंबित है।
नया उपयोगकर्ता बनाने के लिए अनुमति प्रदान करें।
टिकट पुनः खोलें क्योंकि समस्या फिर आ गई है।
प्रथम अपील में पारित आदेश की प्रति उपलब्ध कराई जाए।
डीएससी पंजीकृत करने पर सर्वर से कोई उत्तर नहीं मिलता।
यह प्रकरण अत्यन्त आवश्यक है।
गाड़ी संख्या UP32 KN 4471 को सचल दल ने रोका है।
रजिस्ट्रेशन आवेदन का निस्तारण सात दिन में करना होता है।
ज्ञापन की प्रति क्षेत्रीय कार्यालय को भेज दी गई है।
श्रीमान जी, मेरा स्थानान्तरण हो गया है, कृपया आईडी बदलें।
""".strip().split("\n")

NO_KRUTI_DEV = """
The portal is not opening since morning, please help.
Sir, GSTR-3B file nahi ho raha hai, kripya jaldi dekhein.
us se ek baar ls ds dk ij ge rd tc vc bl ml ek
ls -l /var/log; cd /usr; df -h; ps aux; rm -rf ds dk dh gh
for ns in ns_list: dk = ds[us] + ge(ls)
can us in is an of the it
OK
ok
Yes, it works now
Thanks & Regards
RESOLVED
Re: [TMS-2611-00042-7] Cannot file GSTR-3B
Error 500: java.lang.NullPointerException at com.gst.portal.ReturnService.save(ReturnService.java:214)
eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk
Esa casa es de los padres; las cuentas no se pueden abrir.
Og det er jeg, som har skrevet til dig om det i dag.
Je ne peux pas ouvrir la page, elle dit que la session est finie.
Ich kann die Seite nicht öffnen, der Fehler kommt seit heute früh.
kab tak theek hoga? abhi tak koi jawab nahi aaya
portal band hai sir, otp bhi nahi aa raha
GSTIN 09AAACH7409R1ZZ, ARN AA090726001234K, Rs. 12,500/-
Rakesh Kumar Srivastava, Assistant Commissioner, Sector 3, Ghaziabad
<div class="x"><span style="color:red">a</span></div>
SELECT id, us, ds FROM t WHERE gh = 1 AND ij <> 'ek';
पोर्टल नहीं खुल रहा है, कृपया देखें।
+91 98390 12345
""".strip().split("\n")


@pytest.mark.parametrize(
    ("sent", "reading"),
    [
        ("iksVZy ugha [kqy jgk gS", "पोर्टल नहीं खुल रहा है"),
        ("egksn;] GSTR-3B nkf[ky djus esa leL;k vk jgh gSA", "महोदय, GSTR-3B दाखिल करने में समस्या आ रही है।"),
        ("leL;k gy ugha gqbZ gS] Ñi;k ns[ksaA", "समस्या हल नहीं हुई है, कृपया देखें।"),
        ("Sir, E-way Bill ugha cu jgk gS, please help", "Sir, E-way Bill नहीं बन रहा है, please help"),
        ("login page error vk jgk gS] d`i;k ns[ksa", "login page error आ रहा है, कृपया देखें"),
        ("fnukad% 22@11@2026 ls iksVZy can gSA", "दिनांक: 22/11/2026 से पोर्टल बंद है।"),
        ("vr% iqu% voxr djk;k tk jgk gS", "अतः पुनः अवगत कराया जा रहा है"),
        ("iwjs ns’k esa dk;Z ugha gks jgk gS", "पूरे देश में कार्य नहीं हो रहा है"),
        ("dk;Z gks x;k", "कार्य हो गया"),
        ("/kU;okn", "धन्यवाद"),
        ("¼GSTIN 09AAACH7409R1ZZ½ dk fjVuZ ugha fn[k jgk gS", "(GSTIN 09AAACH7409R1ZZ) का रिटर्न नहीं दिख रहा है"),
        ("o\"kZ 2025&26 dk vkns'k (GSTR-9) ugha fn[k jgk gS", "वर्ष 2025-26 का आदेश (GSTR-9) नहीं दिख रहा है"),
    ],
)
def test_the_reading_is_what_was_meant(sent: str, reading: str) -> None:
    """Signs struck early or late take their places; English words, codes and dates stay as they were typed."""
    assert (find_reading(sent) or sent) == reading


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ("fuekZ.k", "निर्माण"), ("mi;qZDr", "उपर्युक्त"), ("fØ;kUo;u", "क्रियान्वयन"), ("=qfV", "त्रुटि"), ("iM+h", "पड़ी"),
        ("dkxt+ksa", "कागज़ों"), ("y[kuÅ", "लखनऊ"), ("vksVhih", "ओटीपी"), (",e,l,ebZ", "एमएसएमई"),
        ("fLFkfr;ksa", "स्थितियों"), ("vFkkZr~", "अर्थात्"), ("nq%[k", "दुःख"), ("MkWDVj", "डॉक्टर"), ("gw¡", "हूँ"),
        ("jftLVªs'ku", "रजिस्ट्रेशन"), ("vkÆFkd", "आर्थिक"), ("of.kZr", "वर्णित"), ("fpÉ", None), ("fo|ky;", "विद्यालय"),
        ("fpà", "चिह्न"), ("iÙk", "पत्त"), ("ykWxvkmV", "लॉगआउट"),
    ],
)  # fmt: skip
def test_pieces_make_letters(sent: str, word: str | None) -> None:
    """Half letters, reph, the sign of short i, letters joined below, nukta and vowels made of two signs."""
    expected = unicodedata.normalize("NFC", word) if word else None
    assert read_syllables(sent) == expected


@pytest.mark.parametrize(
    "word", ["return", "login", "invalid", "please", "Sharma", "Kumar", "system", "k", "kk", "f", ""]
)
def test_what_makes_no_syllables_is_no_word(word: str) -> None:
    """English words mostly break the rules of Hindi writing; so do signs without a consonant."""
    assert read_syllables(word) is None


def test_sentences_of_officers_are_recognised_and_read() -> None:
    """Each sentence, typed in Kruti Dev, comes back as it was meant, in at least 95 of 100."""
    meant = [unicodedata.normalize("NFC", sentence) for sentence in SENTENCES]
    wrong = [sentence for sentence in meant if find_reading(type_in_kruti_dev(sentence)) != sentence]
    assert len(wrong) <= len(meant) * 0.05, wrong


@pytest.mark.parametrize("text", NO_KRUTI_DEV)
def test_other_text_is_never_taken_for_it(text: str) -> None:
    """English, Hindi in Latin letters, code, logs, base64 and other languages stay what they are."""
    assert find_reading(text) is None


def test_lines_in_another_font_stay() -> None:
    """A signature in English and a line of English between the Hindi lines are not touched; names in Hindi are read."""
    sent = "iksVZy ugha [kqy jgk gSA\nThe page says: Invalid user\nlquhrk ;kno\n[k.M&7] y[kuÅ\nSent from my iPhone"
    assert find_reading(sent) == (
        "पोर्टल नहीं खुल रहा है।\nThe page says: Invalid user\nसुनीता यादव\nखण्ड-7, लखनऊ\nSent from my iPhone"
    )


@pytest.mark.parametrize(
    "piece", ["iksVZy ugha [kqy jgk gSA ", "f", "k", "[k", "~", "A", "gS,", "(", "a.b.", " \t", "gS\n"]
)
def test_the_time_grows_with_the_length_only(piece: str) -> None:
    """A text of 200,000 characters takes well under the seconds that the reading of a mail may take."""
    start = time.process_time()
    find_reading(piece * (200_000 // len(piece)))
    assert time.process_time() - start < 2.5
