"""Many accounts as one run: findings kept per account, added up, and written as one report.

Nothing here holds more than one account's findings at a time; https://docs.aws.amazon.com/organizations/ allows
thousands of accounts.
"""
