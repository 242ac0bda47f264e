"""Endpoints of identity: signing in, the own account, public keys."""

import hashlib
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Form, Header, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import client_address, public, require
from asn_api.areas.identity import clients, keys, me, queries, sessions, signing_in
from asn_api.areas.identity.admin_router import router as administration
from asn_api.areas.identity.desk import Desk
from asn_api.areas.identity.schemas import (
    ActivationIn,
    ClientTokenOut,
    MeOut,
    PasswordChangeIn,
    RecoveryCodesOut,
    RefreshIn,
    SessionOut,
    SignedInOut,
    SignInIn,
    TotpConfirmationIn,
    TotpOut,
    TotpRemovalIn,
)
from asn_api.core import tokens
from asn_api.core.http.paging import Key, Page, Paging, PagingQuery, page
from asn_api.core.http.route import Db, Now, Route, Tx
