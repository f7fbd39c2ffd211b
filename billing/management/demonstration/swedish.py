"""What the rows of the demonstration say, in Swedish; names of firms and people are the same."""

from collections.abc import Mapping

from django.db.models import CharField, Model, TextField
from django.utils.translation import get_language

SWEDISH: Mapping[str, str] = {
    # cooperations, agreements
    "North Värmland": "Norra Värmland",
    "East Värmland": "Östra Värmland",
    "Joint ICT operation": "Gemensam IT-drift",
    "The three councils, agreement § 4: costs are divided evenly":
        "De tre fullmäktige, avtalet § 4: kostnaderna delas lika",
    "East Värmland ICT": "IT i östra Värmland",
    "The four councils; operations through Kristinehamn":
        "De fyra fullmäktige; driften går genom Kristinehamn",
    "The 16 councils: one price for all": "De 16 fullmäktige: ett pris för alla",
    "The eight councils, 2017": "De åtta fullmäktige, 2017",
    # cost types
    "Licences": "Licenser",
    "Operations": "Drift",
    "Support": "Support",
    "Network": "Nät",
    "Personnel": "Personal",
    "Consulting": "Konsulter",
    # keys and what they were decided by
    "Even": "Lika",
    "Agreement on joint ICT operation, § 4: evenly, and no fees between the municipalities":
        "Avtal om gemensam IT-drift, § 4: lika, och inga avgifter mellan kommunerna",
    "20 % even, 80 % by accounts": "20 % lika, 80 % efter konton",
    "Steering group, minutes § 9": "Styrgruppen, protokoll § 9",
    "Steering group, minutes § 31: nobody below 10 %": "Styrgruppen, protokoll § 31: ingen under 10 %",
    "By pupils": "Efter elever",
    "Steering group, minutes § 10: by pupils as the year begins":
        "Styrgruppen, protokoll § 10: efter elever när året börjar",
    "By tickets after a base amount": "Efter ärenden utöver ett grundbelopp",
    "Steering group, minutes § 11: SEK 7,500 each, the rest by the month's tickets":
        "Styrgruppen, protokoll § 11: 7 500 kronor var, resten efter månadens ärenden",
    "Fixed parts of the fibre": "Fasta delar av fibern",
    "Agreement on the fibre, annex 2": "Avtalet om fibern, bilaga 2",
    "Steering group, minutes § 12": "Styrgruppen, protokoll § 12",
    "One price for all": "Ett pris för alla",
    "Board of IT Värmland, minutes § 5: one price for all, whatever the size":
        "IT Värmlands styrelse, protokoll § 5: ett pris för alla, oavsett storlek",
    "One price for each inhabitant": "Ett pris per invånare",
    "Board of IT Värmland, minutes § 6: one price for all, for each inhabitant as the year begins":
        "IT Värmlands styrelse, protokoll § 6: ett pris för alla, per invånare när året börjar",
    "30 % even, 70 % by population": "30 % lika, 70 % efter folkmängd",
    "Kostnadsfordeling 2017: 30 % equal, 70 % by population on 1 January":
        "Kostnadsfordeling 2017: 30 % lika, 70 % efter folkmängd den 1 januari",
    # drivers and their readings
    "User accounts": "Användarkonton",
    "accounts": "konton",
    "Pupils": "Elever",
    "pupils": "elever",
    "Tickets at the helpdesk": "Ärenden hos servicedesk",
    "tickets": "ärenden",
    "Demonstration figure: counted in the joint directory":
        "Demonstrationssiffra: räknat i den gemensamma katalogen",
    "Demonstration figure: October count": "Demonstrationssiffra: räknat i oktober",
    "Demonstration figure: the helpdesk's own count": "Demonstrationssiffra: servicedesks egen räkning",
    "Demonstration figure: the helpdesk's own count, with those sent by mail":
        "Demonstrationssiffra: servicedesks egen räkning, med dem som kom med e-post",
    # sites and links
    "Torsby operations centre": "Torsby driftcentral",
    "Sunne operations centre": "Sunne driftcentral",
    "Hagfors operations centre": "Hagfors driftcentral",
    "Kristinehamn operations centre": "Kristinehamns driftcentral",
    "Karlstad operations centre": "Karlstads driftcentral",
    "Storfors server room": "Serverrummet i Storfors",
    "Karlskoga server room": "Serverrummet i Karlskoga",
    "Degerfors server room": "Serverrummet i Degerfors",
    "Fourth site": "Fjärde driftstället",
    "Broadband Torsby operations centre": "Bredband till Torsby",
    "Broadband Sunne operations centre": "Bredband till Sunne",
    "Broadband Hagfors operations centre": "Bredband till Hagfors",
    "Broadband Fourth site": "Bredband till fjärde driftstället",
    "Common Internet connection": "Gemensam internetanslutning",
    "Fibre Storfors-Kristinehamn": "Fiber Storfors-Kristinehamn",
    "Fibre Karlskoga-Kristinehamn": "Fiber Karlskoga-Kristinehamn",
    "Fibre Degerfors-Kristinehamn": "Fiber Degerfors-Kristinehamn",
    # applications, what they are for, and what they need
    "E-invoice workflow": "E-fakturaflöde",
    "Supplier invoices from arrival to payment": "Leverantörsfakturor från ankomst till betalning",
    "Helpdesk": "Servicedesk",
    "One place to turn to for everybody who uses ICT":
        "Ett ställe att vända sig till för alla som använder IT",
    "One place to turn to in four municipalities": "Ett ställe att vända sig till i fyra kommuner",
    "Real-estate data": "Fastighetsdata",
    "Properties, buildings and addresses with maps": "Fastigheter, byggnader och adresser med kartor",
    "ERP": "Ekonomisystem",
    "Accounting, purchasing and pay": "Redovisning, inköp och löner",
    "Charging for refuse and water": "Debitering av avfall och vatten",
    "Meters, fees and invoices of refuse and water": "Mätare, avgifter och fakturor för avfall och vatten",
    "E-services for schools and child care": "E-tjänster för skola och barnomsorg",
    "Applying, schedules and absence for parents": "Ansökan, scheman och frånvaro för vårdnadshavare",
    "Social care system": "Verksamhetssystem för socialtjänsten",
    "Cases, records and planning of social care": "Ärenden, journaler och planering i socialtjänsten",
    "Mail and calendar": "E-post och kalender",
    "Mailboxes, calendars and meeting rooms": "Brevlådor, kalendrar och mötesrum",
    "School platform": "Skolplattform",
    "Lessons, marks and absence": "Lektioner, betyg och frånvaro",
    "Case records": "Ärendehantering",
    "Registering, deciding on and keeping cases": "Registrera, besluta och bevara ärenden",
    "Backup": "Säkerhetskopiering",
    "Copies of everything that the operations centre keeps": "Kopior av allt som driftcentralen förvarar",
    "E-service platform": "E-tjänsteplattform",
    "Forms, payments and messages for inhabitants": "Blanketter, betalningar och meddelanden för invånare",
    "Electronic signatures": "Elektroniska underskrifter",
    "Signing of decisions and agreements": "Underskrift av beslut och avtal",
    "E-archive": "E-arkiv",
    "Keeping records for good": "Bevara handlingar för all framtid",
    "Web training": "Webbutbildning",
    "Courses for everybody who uses ICT": "Kurser för alla som använder IT",
    "Electronic forms": "Elektroniska blanketter",
    "Applications from inhabitants": "Ansökningar från invånare",
    "signing in from outside": "inloggning utifrån",
    "receiving invoices": "mottagning av fakturor",
    "sending files to the bank": "filer till banken",
    "posting to the accounts": "bokföring",
    "its operation at night": "driften på natten",
    "cases that come by mail": "ärenden som kommer med e-post",
    "delivering decisions": "expediering av beslut",
    # costs
    "Own staff in Torsby": "Egen personal i Torsby",
    "Own staff in Hagfors": "Egen personal i Hagfors",
    "Own staff in Kristinehamn": "Egen personal i Kristinehamn",
    "Own staff in Karlstad": "Egen personal i Karlstad",
    "Own staff in Ålesund": "Egen personal i Ålesund",
    "Licence, e-invoice workflow": "Licens, e-fakturaflöde",
    "Server operation, e-invoice": "Serverdrift, e-faktura",
    "Two technicians at the helpdesk": "Två tekniker på servicedesk",
    "Case handling, 42 seats": "Ärendehantering, 42 platser",
    "Real-estate data, licence": "Fastighetsdata, licens",
    "Server operation, real estate": "Serverdrift, fastighetsdata",
    "ERP, licence and upgrades": "Ekonomisystem, licens och uppgraderingar",
    "Server operation, ERP": "Serverdrift, ekonomisystem",
    "Support by the hour, ERP": "Support per timme, ekonomisystem",
    "Charging for refuse and water, licence": "Debitering av avfall och vatten, licens",
    "Server operation, charging": "Serverdrift, debitering",
    "E-services, platform": "E-tjänster, plattform",
    "Support, e-services": "Support, e-tjänster",
    "Social care system, licence": "Socialtjänstens system, licens",
    "Operation around the clock": "Drift dygnet runt",
    "On call around the clock": "Beredskap dygnet runt",
    "Broadband 100 Mbit/s, four links": "Bredband 100 Mbit/s, fyra förbindelser",
    "Coordination of the joint operation": "Samordning av den gemensamma driften",
    "Move of the ERP servers": "Flytt av ekonomisystemets servrar",
    "Hours charged to the wrong customer": "Timmar debiterade fel kund",
    "Support by the hour, ERP: hours invoiced late":
        "Support per timme, ekonomisystem: timmar som fakturerats sent",
    "Extra licences, real estate": "Extra licenser, fastighetsdata",
    "Study of a common e-archive": "Utredning om gemensamt e-arkiv",
    "Mailboxes and calendars": "Brevlådor och kalendrar",
    "Operation of mail": "Drift av e-post",
    "School platform, by pupil": "Skolplattform, per elev",
    "Support to teachers": "Support till lärare",
    "Case records, licence": "Ärendehantering, licens",
    "Operation of case records": "Drift av ärendehantering",
    "Four technicians": "Fyra tekniker",
    "Backup outside the region": "Säkerhetskopiering utanför regionen",
    "Fibre between the four towns": "Fiber mellan de fyra orterna",
    "Operations manager": "Driftchef",
    "E-service platform, licence": "E-tjänsteplattform, licens",
    "E-service platform, operation": "E-tjänsteplattform, drift",
    "Electronic signatures, by inhabitant": "Elektroniska underskrifter, per invånare",
    "E-archive, operation and storage": "E-arkiv, drift och lagring",
    "Deliveries to the e-archive": "Leveranser till e-arkivet",
    "Course leaders": "Kursledare",
    "Regional network, 16 connections": "Regionnät, 16 anslutningar",
    "Office of the cooperation": "Samverkans kansli",
    "Case records, operation": "Ärendehantering, drift",
    "Support, electronic forms": "Support, elektroniska blanketter",
    "Project office": "Projektkontor",
    "Regional network": "Regionnät",
}  # fmt: skip
CODES = ("code", "slug")

Both = tuple[str, str]
"""The same in English and in Swedish."""


def is_swedish() -> bool:
    """Whether the demonstration is loaded in Swedish."""
    return (get_language() or "").startswith("sv")


def either(words: Both) -> str:
    """``words`` in the active language."""
    return words[is_swedish()]


def said(text: str) -> str:
    """``text`` in the active language; what is no word of the demonstration stays as it is."""
    return SWEDISH.get(text, text) if is_swedish() else text


def say(row: Model) -> None:
    """Let ``row`` say in the active language what it says in English; codes are the same in all."""
    for field in row._meta.concrete_fields:
        if isinstance(field, CharField | TextField) and not field.choices and field.name not in CODES:
            setattr(row, field.attname, said(getattr(row, field.attname)))
