"""The kinds of site that a retail chain has."""

from bot.demo.shapes import Profile

STORE = Profile(
    kind="store", opens=505, closes=1090, sunday_opens=550, sunday_closes=840,
    week=(0.9, 0.87, 0.9, 0.95, 1.1, 1.15, 0.55), lunch=0.28, evening=0.16, floor=0.025, out_share=0.12,
    payday=0.35, backup_at=90, backup_minutes=40, backup_level=0.45,
)  # fmt: skip
WAREHOUSE = Profile(
    kind="warehouse", opens=345, closes=1290, sunday_opens=480, sunday_closes=780,
    week=(1.0, 1.0, 1.0, 1.0, 1.05, 0.6, 0.2), lunch=-0.1, evening=0.1, floor=0.06, out_share=0.4,
    payday=0.1, backup_at=1385, backup_minutes=60, backup_level=0.7,
)  # fmt: skip
OFFICE = Profile(
    kind="office", opens=460, closes=1035, sunday_opens=600, sunday_closes=720,
    week=(1.0, 1.03, 1.02, 1.0, 0.85, 0.12, 0.08), lunch=-0.12, evening=0.05, floor=0.03, out_share=0.26,
    payday=0.05, backup_at=1320, backup_minutes=90, backup_level=0.6,
)  # fmt: skip
