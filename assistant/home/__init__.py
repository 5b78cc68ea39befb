"""The home: MQTT link, devices by name and area, and what they report."""
