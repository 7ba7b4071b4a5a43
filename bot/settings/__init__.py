"""Settings from the environment, `.env` and `NAME_FILE`: read once, checked completely, secrets masked."""

from bot.settings.exposed import exposure
from bot.settings.load import SETTING_NAMES, load_settings, read_settings
from bot.settings.model import Settings
from bot.settings.names import SECRETS
from bot.settings.problems import MissingSettingError, SettingProblem
from bot.settings.sources import process_environment

__all__ = [
    "SECRETS",
    "SETTING_NAMES",
    "MissingSettingError",
    "SettingProblem",
    "Settings",
    "exposure",
    "load_settings",
    "process_environment",
    "read_settings",
]
