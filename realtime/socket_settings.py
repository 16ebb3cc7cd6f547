"""What an operator can set about sockets. Part of environment.Environment."""

from pydantic import Field
from pydantic_settings import BaseSettings


class SocketSettings(BaseSettings):
    rate_limits: bool = Field(
        True,
        description="`off` lets clients send as fast as they can: for measurements.",
    )
    fast_sockets: bool = Field(
        True,
        description="`off` keeps to the web server's public ways, which are slower.",
    )
