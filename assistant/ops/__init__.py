"""Being a service: systemd's notifications, health, installation."""
