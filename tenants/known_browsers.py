"""Browsers in which an account was signed in to: tries made there count apart, so nobody else keeps its owner out.

A long-lived cookie says so, one for each account and door, for several people may share a computer. It opens nothing.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Response, after_this_request, current_app, request

from tenants.identity import keys

#: For how long a browser is known after the last signing in.
KNOWN_FOR = timedelta(days=365)


def name_for(address: str) -> str | None:
    """The name of this request's browser, by which it is counted for the account; None where it is not known."""
    cookie = request.cookies.get(_cookie(address))
    return keys.decrypt(_purpose(address), cookie, within=KNOWN_FOR) if cookie else None


def remember(address: str) -> None:
    """Know this browser from now on: the owner of the account with this address has just proved it here."""
    sealed = keys.encrypt(_purpose(address), name_for(address) or secrets.token_hex(16))

    @after_this_request
    def keep(response: Response) -> Response:
        cookies = current_app.session_interface
        response.set_cookie(
            _cookie(address),
            sealed,
            max_age=KNOWN_FOR,
            path=cookies.get_cookie_path(current_app),
            secure=cookies.get_cookie_secure(current_app),
            httponly=True,
            samesite="Lax",
        )
        return response


def forget(address: str) -> None:
    """Know this browser no longer: the account is gone, or has another address."""

    @after_this_request
    def drop(response: Response) -> Response:
        response.delete_cookie(_cookie(address), path=current_app.session_interface.get_cookie_path(current_app))
        return response


def _cookie(address: str) -> str:
    return f"xinya_device_{keys.keyed_hash('device', current_app.name, address)[:16]}"


def _purpose(address: str) -> str:
    return f"device {current_app.name} {address}"
