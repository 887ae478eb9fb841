import Vocabulary

/// Whom a row belongs to, from the ids it carries; devices with an owner and orders are resolved later.
///
/// The two lowest bits of a person's key tell the kind, so users and devices never share a key. In the columns of users and
/// devices the keys have these bits already: a person is stored under the same bytes as the id that it is. Rows without any id
/// get a key that spreads them evenly and belongs to nobody: rows with one event id share it, as do rows without one
/// of the same minute.
@inline(__always)
func personKey(user: Key128, device: Key128, eventID: UInt64, time: Int64) -> Key128 {
    if user != .zero { return userPerson(user) }
    if device != .zero { return devicePerson(device) }
    let minute = UInt64(bitPattern: time >= 0 ? time / 60_000_000 : (time &+ 1) / 60_000_000 &- 1)
    let high = mix(eventID != 0 ? eventID ^ 0xA076_1D64_78BD_642F : minute &+ 0xE703_7ED1_A0B4_28DB)
    return Key128(high: high, low: mix(high) & ~3)
}

/// The person that a user is.
@inline(__always)
func userPerson(_ user: Key128) -> Key128 {
    Key128(high: user.high, low: user.low & ~3 | UInt64(PersonKind.user.rawValue))
}

/// The person that a device without an owner is.
@inline(__always)
func devicePerson(_ device: Key128) -> Key128 {
    Key128(high: device.high, low: device.low & ~3 | UInt64(PersonKind.device.rawValue))
}

extension Key128 {
    /// The kind of a person's key.
    @inline(__always)
    var kind: PersonKind { PersonKind(rawValue: UInt8(truncatingIfNeeded: low & 3)) ?? .nobody }
}
