"""The list of areas that speak HTTP."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
