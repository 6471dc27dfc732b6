"""What officers write in the benchmarks, in both languages: subjects, and sentences that are put together to mails."""

from __future__ import annotations

CASES = {"en": "case", "hi": "प्रकरण"}
TITLES = {
    "en": (
        "[Return Filing] GSTR-3B cannot be filed",
        "E-way Bill - High - portal shows a blank page",
        "Refund sanctioned but payment advice not generated",
        "Registration application not visible in my login",
        "Assessment order shows a wrong demand",
    ),
    "hi": (
        "[रिटर्न दाखिल] GSTR-3B दाखिल नहीं हो रहा",
        "ई-वे बिल पोर्टल नहीं खुल रहा",
        "रिफंड स्वीकृत, भुगतान आदेश नहीं बना",
        "पंजीयन आवेदन सूची में नहीं दिख रहा",
        "कर निर्धारण आदेश में मांग गलत दिख रही है",
    ),
}
PROBLEMS = {
    "en": (
        "While filing the return the portal stops with error RET1911{code:02} after the OTP was entered.",
        "The liability ledger of the taxpayer is not updated since yesterday, reference {ref:06}.",
        "I have tried Chrome and Edge, cleared the cache and logged in again, with the same result.",
        "The list of pending applications comes up empty although {code} cases are assigned to this office.",
        "The dealer wrote twice about application {ref:06}, and the range office asks for a report until tomorrow.",
        "Refund order {ref:06} was sanctioned last week, but the payment advice has not been generated.",
        "The page of the e-way bill portal stays blank after the login, on every computer of this office.",
        "The demand in the assessment order is shown as zero, while the draft had the right amount.",
        "My colleague in the next room can open the same page with her login without any trouble.",
        "Kindly look into the matter, because the limitation for this case ends within {code} days.",
        "The digital signature was renewed last month and works in all other modules.",
        "After some minutes the session ends by itself and everything that was typed is lost.",
    ),
    "hi": (
        "रिटर्न दाखिल करते समय ओटीपी डालने के बाद पोर्टल RET1911{code:02} त्रुटि दिखाता है।",
        "करदाता का देयता लेजर कल से अद्यतन नहीं हुआ है, संदर्भ {ref:06}।",
        "Chrome और Edge दोनों में प्रयास किया, कैश भी हटाया, परिणाम वही है।",
        "लंबित आवेदनों की सूची खाली आ रही है जबकि इस कार्यालय में {code} प्रकरण हैं।",
        "व्यापारी ने आवेदन {ref:06} के बारे में दो बार लिखा है और रेंज कार्यालय ने कल तक आख्या मांगी है।",
        "रिफंड आदेश {ref:06} पिछले सप्ताह स्वीकृत हुआ, भुगतान आदेश अब तक नहीं बना।",
        "लॉगिन के बाद ई-वे बिल पोर्टल का पृष्ठ खाली रहता है, कार्यालय के हर कंप्यूटर पर।",
        "कर निर्धारण आदेश में मांग शून्य दिख रही है, जबकि प्रारूप में राशि सही थी।",
        "कृपया इस विषय को देखें, क्योंकि इस प्रकरण की समय सीमा {code} दिन में समाप्त हो रही है।",
        "डिजिटल हस्ताक्षर पिछले माह नवीनीकृत हुआ था और अन्य सभी माड्यूल में काम करता है।",
        "कुछ मिनट बाद सत्र अपने आप समाप्त हो जाता है और भरा हुआ सब कुछ चला जाता है।",
    ),
}
SIGNATURES = {
    "en": "Regards,\n{name}\nState Tax Officer\nSector 3, Lucknow",
    "hi": "सादर,\n{name}\nराज्य कर अधिकारी\nखण्ड 3, लखनऊ",
}
