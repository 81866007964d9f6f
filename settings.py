"""Where things are and how they are reached: the only file that reads the environment."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# A Unix socket's path may have 107 bytes; PostgreSQL adds "/.s.PGSQL.5432" to the folder's.
LONGEST_SOCKET_FOLDER = 90


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment says, read once for each command.

    home: folder of the embedded servers' data, of attachments and of files for people.
    database_url, prefect_api_url: an installation of the user's, or None for the embedded one.
    work_pool: a pool of the user's whose stock Prefect workers run the flows, or None for our own worker.
    notices_file: where the ways are configured by which notices leave, or None for the usual place in home.
    """

    home: Path
    database_url: str | None
    prefect_api_url: str | None
    work_pool: str | None = None
    notices_file: Path | None = None

    @property
    def socket_folder(self) -> Path:
        """Folder of the embedded PostgreSQL's socket: in home, or a short one where home's path will not do.

        A comma in it would mean several addresses to PostgreSQL.
        """
        folder = self.home / "postgres" / "socket"
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and "," not in str(folder):
            return folder
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path("/tmp") / f"zhiyong-{digest}"

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy URL of the ledger, psycopg driver."""
        if self.database_url is None:
            return f"postgresql+psycopg://zhiyong@/ledger?host={quote(str(self.socket_folder))}&port=5432"
        scheme, rest = self.database_url.split("://", 1)
        return (
            f"postgresql+psycopg://{rest}" if scheme.split("+")[0] in {"postgres", "postgresql"} else self.database_url
        )

    @property
    def attachments(self) -> Path:
        """Folder of attachments, each file named by its SHA-256."""
        return self.home / "attachments"

    @property
    def campaigns(self) -> Path:
        """Folder of the self-inspections: the units' workbooks by period, what came back, and the inbox for returns."""
        return self.home / "campaigns"

    @property
    def documents(self) -> Path:
        """Folder of the letters as they were sent out, each file named by its SHA-256."""
        return self.home / "documents"

    @property
    def bulletins(self) -> Path:
        """Folder of the 《舆情快报》 as they came, each file named by its SHA-256."""
        return self.home / "bulletins"

    @property
    def meetings(self) -> Path:
        """Folder of the minutes of joint meetings as they came, each file named by its SHA-256."""
        return self.home / "meetings"

    @property
    def templates(self) -> Path:
        """Folder of the office's own templates of letters, `<kind>.docx`; the built-in one where there is none."""
        return self.home / "templates"

    @property
    def reports(self) -> Path:
        """Folder of the reports that are written by schedule, by year and day."""
        return self.home / "reports"

    @property
    def notices(self) -> Path:
        """File of the ways by which notices leave; where there is none, they stay in the inbox."""
        return self.notices_file or self.home / "notices.yml"


def settings() -> Settings:
    """Read the environment: ZHIYONG_HOME, ZHIYONG_DATABASE_URL, PREFECT_API_URL, ZHIYONG_WORK_POOL, ZHIYONG_NOTICES."""
    notices = os.environ.get("ZHIYONG_NOTICES")
    return Settings(
        home=Path(os.environ.get("ZHIYONG_HOME") or ".zhiyong").absolute(),
        database_url=os.environ.get("ZHIYONG_DATABASE_URL") or None,
        prefect_api_url=os.environ.get("PREFECT_API_URL") or None,
        work_pool=os.environ.get("ZHIYONG_WORK_POOL") or None,
        notices_file=Path(notices).absolute() if notices else None,
    )
