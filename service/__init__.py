"""The hospital's rules and its service database; knows no Telegram, no Rasa, no web."""
