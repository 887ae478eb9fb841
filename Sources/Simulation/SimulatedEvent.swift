/// One event of the simulated campaign, compact enough to sort a day's share in memory.
struct SimulatedEvent {
    static let none: UInt8 = 0xFF
    /// The `index` of a refund, which comes days after its session.
    static let refundIndex: UInt8 = 0xFE

    var person: UInt64
    /// Seconds since the day began.
    var second: Int32
    /// Paid or listed amount and the discount in it, hundredths of a yuan.
    var amount: Int32 = 0
    var discount: Int32 = 0
    var duration: Int32 = 0
    var day: UInt16
    var action: Action
    /// The session's number within the person, and the event's within the session.
    var session: UInt8
    var index: UInt8
    /// `none` where the row carries no device.
    var device: UInt8
    var hasUser: Bool
    var hasContact = false
    var hasOrder = false
    var placement: UInt8
    var product: UInt8 = SimulatedEvent.none
    var quantity: UInt8 = 0
    var city: UInt8
    var platform: UInt8
    /// 0 for A, 1 for B, `none` where the row is no exposure.
    var arm: UInt8 = SimulatedEvent.none
    /// The session in which the coupon was issued, `none` where there is none.
    var couponSession: UInt8 = SimulatedEvent.none
    var template: UInt8 = 0
    var store: UInt8 = SimulatedEvent.none
    /// Which of the page titles with commas, quotes and line breaks the row shows; `none` for a path.
    var title: UInt8 = SimulatedEvent.none

    /// A number that no other event of the campaign has.
    var serial: UInt64 { person << 16 | UInt64(session) << 8 | UInt64(index) }
}
