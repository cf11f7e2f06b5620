/// A key that everybody knows (`core/tests/vectors/keys`): for the demonstration alone.
enum DemonstrationKey {
  static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzmkmkYlMW8DPosTV
    axOK8qzY5R6+dXuLe71LXTCZfSOhRANCAATaQqerkcg0U3+XxAxSQ8t8x9KRTzMe
    Lh/cB7TfyxzarWaFZGNaXkMRuk6FzQ7spKiPs/hu8VFDB3lukys7uzpe
    -----END PRIVATE KEY-----
    """
  static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBZDCCAQmgAwIBAgIBATAKBggqhkjOPQQDAjA6MRYwFAYDVQQKDA1oZWFwLWlk
    ZW50aXR5MSAwHgYDVQQDDBdQLTI1NiAocHVibGljIHRlc3Qga2V5KTAgFw0yMDAx
    MDEwMDAwMDBaGA8yMDk5MTIzMTIzNTk1OVowOjEWMBQGA1UECgwNaGVhcC1pZGVu
    dGl0eTEgMB4GA1UEAwwXUC0yNTYgKHB1YmxpYyB0ZXN0IGtleSkwWTATBgcqhkjO
    PQIBBggqhkjOPQMBBwNCAATaQqerkcg0U3+XxAxSQ8t8x9KRTzMeLh/cB7Tfyxza
    rWaFZGNaXkMRuk6FzQ7spKiPs/hu8VFDB3lukys7uzpeMAoGCCqGSM49BAMCA0kA
    MEYCIQDplJIIJbhJsn+ligztn3iChGI7SCZAJNf/mZioYK0rmQIhALt9GkU7Y7qh
    AH0OkusORLeLyp78sD17VL6uM4wISlnl
    -----END CERTIFICATE-----
    """
}
