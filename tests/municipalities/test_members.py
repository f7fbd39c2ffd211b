"""Who takes part, from when until when."""

from collections.abc import Callable

import pytest
from django.test import Client

from municipalities.models import Cooperation, Member, Municipality
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests.factories.municipalities import MunicipalityFactory

SignIn = Callable[[User], Client]


@pytest.fixture
def sunne(db: None) -> Municipality:
    place: Municipality = MunicipalityFactory(code="1766", name="Sunne", county="Värmland")
    return place


def test_any_municipality_of_the_register_can_join(
    sign_in: SignIn, administrator: User, north: Cooperation, sunne: Municipality
) -> None:
    client = sign_in(administrator)
    page = client.get("/north/members/new/").content.decode()
    assert '<optgroup label="Värmland">' in page
    assert "Sunne (SE1766)" in page
    response = client.post("/north/members/new/", {"municipality": sunne.pk, "valid_from": "2026-01-01"})
    assert response.headers["Location"] == "/north/members/"
    member = Member.objects.get(cooperation=north, municipality=sunne)
    assert str(member.valid_from) == "2026-01-01"
    assert Entry.objects.filter(cooperation=north, verb="add", subject="Sunne", user=administrator).exists()
    assert Job.objects.filter(cooperation=north, touches_from="2026-01-01").exists()


def test_a_second_membership_in_the_same_time_is_refused(
    sign_in: SignIn, administrator: User, torsby: Municipality
) -> None:
    fields = {"municipality": torsby.pk, "valid_from": "2026-01-01"}
    response = sign_in(administrator).post("/north/members/new/", fields)
    assert response.status_code == 422
    assert b"already a member in part of that time" in response.content


def test_an_end_before_the_start_is_refused_and_nothing_changes(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    member = Member.objects.filter(cooperation=north).first()
    assert member
    response = sign_in(administrator).post(f"/north/members/{member.pk}/end/", {"valid_until": "2019-12-31"})
    assert response.status_code == 422
    assert b"It cannot end before it begins" in response.content
    member.refresh_from_db()
    assert member.valid_until is None


def test_a_member_leaves_and_the_list_says_so(
    sign_in: SignIn, administrator: User, north: Cooperation, torsby: Municipality
) -> None:
    member = Member.objects.get(cooperation=north, municipality=torsby)
    client = sign_in(administrator)
    response = client.post(f"/north/members/{member.pk}/end/", {"valid_until": "2024-01-01"})
    assert response.status_code == 302
    assert b"ended" in client.get("/north/members/").content
    assert b"Torsby" not in client.get("/north/members/?state=now").content.split(b"<tbody>")[1]
    assert b"Torsby" in client.get("/north/members/?state=ended").content.split(b"<tbody>")[1]


def test_everyone_in_the_cooperation_reads_and_only_administrators_change(
    sign_in: SignIn, finance: User, auditor: User, coordinator: User, north: Cooperation
) -> None:
    member = Member.objects.filter(cooperation=north).first()
    assert member
    for person in (finance, auditor, coordinator):
        client = sign_in(person)
        page = client.get("/north/members/")
        assert page.status_code == 200
        assert b"/north/members/new/" not in page.content
        assert f"/north/members/{member.pk}/".encode() not in page.content
        for address in ("new/", f"{member.pk}/", f"{member.pk}/end/"):
            assert client.get(f"/north/members/{address}").status_code == 403
            assert client.post(f"/north/members/{address}").status_code == 403


def test_another_cooperation_does_not_exist(
    sign_in: SignIn, stranger: User, north: Cooperation, outside: Cooperation
) -> None:
    member = Member.objects.filter(cooperation=north).first()
    assert member
    client = sign_in(stranger)
    for address in ("/north/members/", f"/north/members/{member.pk}/", f"/outside/members/{member.pk}/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/outside/members/{member.pk}/end/", {"valid_until": "2026-01-01"}).status_code == 404


def test_the_list_comes_as_a_file_with_all_its_rows(sign_in: SignIn, finance: User) -> None:
    client = sign_in(finance)
    response = client.get("/north/members/?format=csv&q=torsby")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("Municipality,Code,County,From,Last day,State")
    assert lines[1] == "Torsby,SE1737,,2020-01-01,,in force"
    assert len(lines) == 2
    assert client.get("/north/members/?format=xlsx").content.startswith(b"PK")
