"""The patients' door: Telegram, the web chat, the conversation in between, the Rasa engine."""
