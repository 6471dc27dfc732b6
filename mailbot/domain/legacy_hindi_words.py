"""Words by which text in a legacy Hindi font is told from other text, and the English words that stand between them."""

from __future__ import annotations

# Frequent words of Hindi letters to an office. A text whose Latin letters, read as glyphs, spell these is Hindi.
_HINDI = """
अंतिम अतः अथवा अधिक अधिकारी अन्य अनुभाग अनुरोध अपना अपनी अपने अब अभी अवगत आ आई आए आज आता आती आते
आदेश आदि आप आपका आपकी आपके आपको आया आये आवश्यक आवेदन इस इसका इसकी इसके इसको इसमें इससे इसे इसी इन
इनका इनके इन्हें उक्त उत्तर उन उनका उनकी उनके उन्हें उपरोक्त उपलब्ध उस उसका उसकी उसके उसमें उसे एक
एवं ऐसा ऐसे और कई कब कम कर करता करते करदाता करना करने करा कराने कराया कराई करें करे करके कल कहा कहीं
का कार्य कार्यवाही कार्यालय कारण किन्तु किंतु किया किये किए किस किसी की कुछ कृपया के केवल को कोई कौन
क्या क्यों खंड खण्ड खुल खुलता खोलने गई गए गया गये गयी घंटे चल चलता चाहिए चुका चुकी जब जमा जल्द जल्दी
जांच जा जाए जाता जाती जाते जाना जाने जाय जाये जानकारी जारी जिस जिसका जिसके जिससे जी जैसे जो टिकट ठीक
तक तथा तब तो तरह तिथि तीन था थी थे दर्ज दिखा दिखाई दिन दिनांक दिया दिये दी दे देखें देने देना दें दो
दोनों द्वारा दाखिल दिख दूर धन्यवाद न नंबर नम्बर नया नये नई नमस्कार नहीं नही नाम निवेदन निम्न निर्देश
ने नोटिस पंजीकरण पत्र पर परन्तु पहले पा पास पिछले पुनः पूर्व पूर्ण पोर्टल प्रकार प्रकरण प्रति
प्रतिदिन प्रयास प्राप्त प्रार्थना फिर फाइल फाईल बंद बन्द बताया बताएं बता बहुत बाद बार भर भी भेज भेजा
भेजें भुगतान महोदय महोदया मांग माह मा मुझे में मेरा मेरी मेरे मैं मैंने यदि यह यहाँ या ये रहा रही
रहे राशि रिटर्न रूप लगा लगातार लिए लिया लिये लेकिन लोग लॉगिन लागिन वह वर्ष वाले वाली विभाग विभागीय
विषय वे व्यापारी शाम शिकायत शीघ्र श्री श्रीमान संख्या संबंध सम्बन्ध संबंधित सम्बन्धित संलग्न सकता
सकती सकते सका सके सकी सभी सब समय समस्या समाधान सहायता साथ से सुबह सूचना सूचित सही स्थान स्थिति
स्क्रीनशॉट हम हमारा हमारी हमारे हमें हल ही हुआ हुई हुए हुये हूं हूँ हेतु है हैं हो होता होती होते
होना होने होगा होगी त्रुटि खाता खाते प्रदर्शित गलत डाउनलोड अपलोड ऑनलाइन ओटीपी आईडी पासवर्ड आयुक्त
उपायुक्त सहायक राज्य लखनऊ मोबाइल कम्प्यूटर कंप्यूटर इंटरनेट सर्वर ईवे बिल वेबसाइट धनवापसी रिफंड आपने
असफल अनुमति अपील अभिलेख आंकड़े इकाई उच्च उपकर उपयोग एवम कठिनाई कर्मचारी कहना केन्द्र केंद्र कोड खोला
गाड़ी गणना चालान चाहता चाहते जिला जिले जीएसटी जुर्माना जोन डाटा डेटा तकनीकी तत्काल तारीख दल दिक्कत
दिक़्क़त दूसरे निरस्त निस्तारण निराकरण पता पद पदनाम परेशानी पेज प्रमाण प्राथमिकता फर्म फिल्टर फ़ाइल
फॉर्म फार्म बटन बिना बैंक ब्याज भरा भरने भेजने भेजी महत्वपूर्ण मदद माध्यम मिल मिला मिली मिले मॉड्यूल
मेल मैसर्स यूजर रसीद राज लंबित लम्बित लिखा लिखें वापस वापसी विवरण विवरणी वैट शुल्क शून्य संदेश
सत्यापन सत्र समय-समय सहित सुधार सेवा स्वयं स्वीकृत हमने हस्ताक्षर होकर खुला क्लिक एरर लिंक सिस्टम
यूज़र एक्सेल रिपोर्ट प्रिंट जनपद प्रभारी क्षेत्र मुख्यालय अवकाश कक्ष दूरभाष भवदीय प्रेषक सादर प्रणाम
हेल्पडेस्क आईटी सेल शाखा वाणिज्य सचल पंजीकृत लगभग परसों फिलहाल बारे
"""

# English words that read as if they were glyphs; they stay as they are, and never count as Hindi alone. Words in
# capitals, with digits, and those that make no Hindi syllables need no list.
_ENGLISH = """
a about account action active add address after again all also am an and android any app application apply
approval approve are around as ask asking assessment at available back bank be because been before being below
between bill bills black blank blue both browser but button by cache cached call called can case cash center
challan change check chrome claim clear cleared clearing click client close code come coming complaint complete
computer contact cookie cookies copy corner correct could court create created creating credit data date day
days deal dealer dear debit delay delete demand denied detail details did dis disk do does done download drive
drop dropdown due during each edge eg either electronic else enable end enter entry error errors even every
excel expired expiry explorer export extra fail failed fee field fields file filed files filing filter final
find firefox firm first fix folder font for form forms found from frozen gave generate get give given gmail go
goes going good google got green had hang has have he hello help her here high him his home hour how hung icon
id if image import in incorrect info input into invalid invoice iphone is issue issues it item its java job just
keyboard kindly know laptop last late ledger left legal letter level liability like line link list load local
lock log login logo logout long low machine made mail main make manual match may me menu message mismatch
missing mobile mode module monitor month more most mouse mozilla mr multiple must my name need net network new
next nil no node none not note notice now null number of off office officer officers offline ok old on once one
online only open opened opening opera option or order other our out outlook output over own page pages pan paper
part party pass password pay paying payment pdf pending period permission phone photo pin pixel place please
plot plugin point pop popup port portal post press preview print printer printing problem process profile proper
provide proxy public query question quote rate read ready receipt received record red refresh refund regards
registration reject rejected release reload remark remarks remove repeat reply report request reset resolve
resolved response result return returned returns review right role router run same save scan scanner screen
screenshot script scroll search sector security see select send sent server service session set setting settings
she show showing shows sign signature since sir site size slow so some soon source spinning start state status
step still stop stuck submit submitted success such sum support system tab table take tax team tell than thank
thanks that the their them then there these they this those through ticket till time title to today token told
tool total trace try trying two type unable under unit unknown until up update updated upload uploaded urgent us
use user using utility valid verify version via view virtual virus wait warning was way we web week well were
what when where which while white who why will window windows with work working works would wrong year yes
yesterday yet you your zone
"""

# Of the words that end in two dots, these end in a visarga, all others in a colon.
_VISARGA = """
अतः पुनः प्रातः प्रायः स्वतः पूर्णतः अंततः अन्ततः संभवतः सम्भवतः मुख्यतः विशेषतः क्रमशः
सामान्यतः
"""

_NUKTA, _CHANDRABINDU, _ANUSVARA = "\u093c", "\u0901", "\u0902"


def fold_hindi(word: str) -> str:
    """Return a word without the dots that people leave out: nukta, and anusvara for chandrabindu."""
    return word.replace(_NUKTA, "").replace(_CHANDRABINDU, _ANUSVARA)


HINDI = frozenset(fold_hindi(word) for word in _HINDI.split())
ENGLISH = frozenset(_ENGLISH.split())
VISARGA = frozenset(_VISARGA.split())
