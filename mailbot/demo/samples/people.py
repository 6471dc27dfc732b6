"""Two officers, one for each language, and two of the IT section."""

from __future__ import annotations

from mailbot.domain.people import Language, Person, Role

ENGLISH, HINDI = Language.ENGLISH, Language.HINDI

SUNITA = Person(
    employee_id="123456",
    name="सुनीता यादव",
    email="sunita.yadav@tax.up.example",
    role=Role.OFFICER,
    designation="राज्य कर अधिकारी",
    office="खण्ड 7, लखनऊ",
    zone="Lucknow I",
    mobile="+919415098761",
    language=HINDI,
)
RAKESH = Person(
    employee_id="100001",
    name="Rakesh Kumar Srivastava",
    email="rakesh.srivastava@tax.up.example",
    role=Role.OFFICER,
    designation="Assistant Commissioner",
    office="Sector 3, Ghaziabad",
    zone="Ghaziabad I",
    mobile="+919839012345",
    language=ENGLISH,
)
OFFICERS = {ENGLISH: RAKESH, HINDI: SUNITA}
STAFF = Person("200001", "Priya Sharma", "priya.sharma@tax.up.example", Role.STAFF, language=ENGLISH)
LEAD = Person("200002", "Dev Tiwari", "dev.tiwari@tax.up.example", Role.LEAD, language=ENGLISH)
