"""Words that say whose a number is, in English, Hindi and Hindi in Latin letters; compared folded."""

from __future__ import annotations

from mailbot.domain.text import fold


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in fold(line).split())


# What may stand between the name of a number and the number: "employee id is 123456".
AFTER_LABEL = _words(
    "is no number num code id my mine hai he h hain as the given was ye yeh yah है हैं नंबर नं संख्या कोड",
    "मेरा मेरी mera meri यह ये",
)
# What may stand between a number and its name: "123456 is my employee id".
BEFORE_LABEL = _words(
    "is my mera meri hai as the ye yeh yah are being मेरा मेरी यह ये है हमारी hamari our",
)
# Six digits behind one of these are a postal code.
PLACES = _words(
    "pin pincode zip sector sec nagar road marg colony district distt dist jila zila up uttar pradesh",
    "india bhawan bhavan vihar ganj tehsil mandal khand post town city lucknow kanpur agra varanasi",
    "prayagraj allahabad meerut ghaziabad noida bareilly aligarh moradabad saharanpur gorakhpur jhansi",
    "mathura ayodhya faizabad basti mirzapur azamgarh rampur shahjahanpur firozabad etawah sitapur hardoi",
    "unnao raebareli sultanpur jaunpur ghazipur ballia deoria banda hapur bulandshahr muzaffarnagar delhi",
    "mumbai पिन सेक्टर नगर रोड मार्ग कॉलोनी जिला ज़िला जनपद भवन खण्ड खंड उत्तर प्रदेश भारत लखनऊ कानपुर",
    "आगरा वाराणसी प्रयागराज मेरठ गाजियाबाद गाज़ियाबाद नोएडा बरेली अलीगढ़ मुरादाबाद सहारनपुर गोरखपुर झाँसी",
    "झांसी मथुरा अयोध्या",
)
# Beside one of these a telephone number is the sender's own.
OWN_WORDS = _words(
    "my mine mera meri mere me call contact reach mob mobile cell cug whatsapp phone ph tel मेरा मेरी",
    "मेरे संपर्क सम्पर्क मोबाइल मोबाईल मो फोन फ़ोन कॉल दूरभाष व्हाट्सएप sampark",
)
# Beside one of these it is somebody else's, or no telephone number at all.
OTHERS = _words(
    "taxpayer taxpayers dealer dealers party otp registered registration firm client customer his her",
    "their helpline helpdesk toll account ac acc aadhaar aadhar adhaar utr txn transaction ref reference",
    "challan cpin brn order invoice ack vyapari kardata owner proprietor advocate ca accountant trader",
    "signatory करदाता व्यापारी फर्म फ़र्म पार्टी ओटीपी पंजीकृत आधार खाता खाते चालान उनका उनके उनकी उसका",
    "हेल्पलाइन अधिवक्ता",
)
