"""Plans (月卡, 年卡, 保养协议): dates that do not drift, balances that explain themselves (docs.md: Plans)."""
