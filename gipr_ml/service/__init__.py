"""The service: reports sent over HTTP, read by workers, corrected by people, kept with history.

settings    every limit, in one file
store       database and files: the only part that knows SQL
state       what was read and its history, as the report it makes
work        what workers do
api         HTTP: the only part that knows FastAPI
serve       the processes
"""
