import Chronology

/// How a copy of a record is spoilt: every kind makes exactly one reject.
enum Corruption: Int, CaseIterable {
    case truncated, extraFields, badTime, badDecimal, invalidUTF8, strayQuote
    /// The last record of a file opens a quote that nothing closes.
    case unterminatedQuote

    var name: String {
        switch self {
        case .truncated: "truncated"
        case .extraFields: "extra_fields"
        case .badTime: "bad_time"
        case .badDecimal: "bad_decimal"
        case .invalidUTF8: "invalid_utf8"
        case .strayQuote: "stray_quote"
        case .unterminatedQuote: "unterminated_quote"
        }
    }
}

/// Writes events as CSV records of the simulated shop's own format.
struct RecordWriter {
    static let header = """
        event_id,ts,uid,did,action,sku,category,price,qty,discount,order_id,utm_source,utm_medium,utm_campaign,creative,\
        kol,exp,arm,coupon_id,coupon_template,platform,city,store,page,duration_ms,phone,ip
        """
    /// User agents of people.
    static let agents = [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
        "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG 9) AppleWebKit/537.36 Chrome/126.0 Mobile",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0",
    ]
    static let fieldCount = header.split(separator: ",").count

    private let devices: Devices
    /// The columns of the files: with user agents where they are asked for.
    let header: String
    private let hasAgents: Bool
    private let salt: UInt64
    private let userBits: UInt64
    private let clocks: [DayClock]
    private let actions: [[UInt8]]
    private let products: [[UInt8]]
    private let placements: [[UInt8]]
    private let cities: [[UInt8]]
    private let platforms: [[UInt8]]
    private let templates: [[UInt8]]

    init(devices: Devices, persons: Int, clocks: [DayClock], hasAgents: Bool = false) {
        self.hasAgents = hasAgents
        header = RecordWriter.header + (hasAgents ? ",ua" : "")
        func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
        self.devices = devices
        salt = Draws.mixed(devices.seed &+ 0x5EED)
        userBits = UInt64(max(20, 64 - persons.leadingZeroBitCount))
        self.clocks = clocks
        actions = Action.allCases.map { bytes($0.nameInLog) }
        products = Market.products.map { bytes("\($0.sku),\(Market.categories[$0.category].name)") }
        placements = Market.placements.map {
            bytes("\($0.channel),\($0.medium.rawValue),\($0.campaign),\($0.creative),\($0.author)")
        }
        cities = Market.cities.map { bytes($0.name) }
        platforms = Market.platforms.map { bytes($0.name) }
        templates = Market.coupons.map { bytes($0.id) }
    }

    /// Appends one record with its line break. A corruption spoils the field it is about, or the record's end.
    func append(_ event: SimulatedEvent, corruption: Corruption? = nil, to bytes: inout [UInt8]) {
        let comma: UInt8 = 0x2C
        let whole = corruption == nil
        appendBase32(Draws.mixed(event.serial ^ salt), to: &bytes)
        bytes.append(comma)
        if corruption == .badTime {
            bytes.append(contentsOf: RecordWriter.badTimes[Int(event.index) % RecordWriter.badTimes.count])
        } else {
            clocks[Int(event.day)].append(Int(event.second), to: &bytes)
        }
        bytes.append(comma)
        if event.hasUser { appendUser(event, to: &bytes) }
        bytes.append(comma)
        if let device = devices.number(of: event) { appendDevice(device, to: &bytes) }
        bytes.append(comma)
        if corruption == .unterminatedQuote {
            bytes.append(contentsOf: "\"pv,,,\n".utf8)
            return
        }
        bytes.append(contentsOf: actions[Int(event.action.rawValue)])
        if corruption == .truncated {
            bytes.append(contentsOf: ",S1\n".utf8)
            return
        }
        bytes.append(comma)
        if event.product != SimulatedEvent.none {
            bytes.append(contentsOf: products[Int(event.product)])
        } else {
            bytes.append(comma)
        }
        bytes.append(comma)
        if corruption == .badDecimal {
            bytes.append(contentsOf: RecordWriter.badDecimals[Int(event.index) % RecordWriter.badDecimals.count])
        } else if event.amount != 0 {
            appendMoney(Int(event.amount), to: &bytes)
        }
        bytes.append(comma)
        if event.quantity != 0 { appendDecimal(UInt64(event.quantity), to: &bytes) }
        bytes.append(comma)
        if event.discount != 0 { appendMoney(Int(event.discount), to: &bytes) }
        bytes.append(comma)
        if event.hasOrder { appendOrder(event, to: &bytes) }
        bytes.append(comma)
        if event.placement != SimulatedEvent.none {
            bytes.append(contentsOf: placements[Int(event.placement)])
        } else {
            bytes.append(contentsOf: RecordWriter.noPlacement)
        }
        bytes.append(comma)
        if event.arm != SimulatedEvent.none {
            bytes.append(contentsOf: RecordWriter.experiment)
            bytes.append(event.arm == 0 ? 0x41 : 0x42)
        } else {
            bytes.append(comma)
        }
        bytes.append(comma)
        if event.couponSession != SimulatedEvent.none {
            appendCoupon(event, to: &bytes)
            bytes.append(comma)
            bytes.append(contentsOf: templates[Int(event.template)])
        } else {
            bytes.append(comma)
        }
        bytes.append(comma)
        bytes.append(contentsOf: platforms[Int(event.platform)])
        bytes.append(comma)
        if whole {
            bytes.append(contentsOf: cities[Int(event.city)])
        } else {
            appendCity(event, corruption, to: &bytes)
        }
        bytes.append(comma)
        if event.store != SimulatedEvent.none {
            bytes.append(contentsOf: "st".utf8)
            appendDecimal(UInt64(event.store) + 1, to: &bytes)
        }
        bytes.append(comma)
        appendPage(event, to: &bytes)
        bytes.append(comma)
        if event.duration != 0 { appendDecimal(UInt64(event.duration), to: &bytes) }
        bytes.append(comma)
        if event.hasContact { appendContact(event, to: &bytes) } else { bytes.append(comma) }
        if hasAgents {
            bytes.append(comma)
            bytes.append(contentsOf: RecordWriter.agentBytes[Int(event.person % UInt64(RecordWriter.agentBytes.count))])
        }
        if corruption == .extraFields { bytes.append(contentsOf: ",undefined,1".utf8) }
        bytes.append(0x0A)
    }

    private static let badTimes = ["2026-13-41T25:61:00+08:00", "yesterday", "20:15", "2026-11-0"].map { Array($0.utf8) }
    private static let badDecimals = ["19.9.0", "¥129", "12o.00", "--5"].map { Array($0.utf8) }
    private static let agentBytes = agents.map { Array($0.utf8) }
    private static let noPlacement = Array(",,,,".utf8)
    private static let experiment = Array("\(Market.experiment),".utf8)
    private static let titles = [
        "\"Double 11, main venue\"", "\"双十一会场, 爆款清单\"", "\"The \"\"crazy\"\" hour: 50% off, today only\"",
        "\"限时秒杀\n第二件半价\"",
    ].map { Array($0.utf8) }

    private func appendCity(_ event: SimulatedEvent, _ corruption: Corruption?, to bytes: inout [UInt8]) {
        let city = cities[Int(event.city)]
        switch corruption {
        case .invalidUTF8:
            bytes.append(contentsOf: city.dropLast())
            bytes.append(0xFF)
        case .strayQuote:
            bytes.append(contentsOf: city)
            bytes.append(contentsOf: "\"x".utf8)
        default:
            bytes.append(contentsOf: city)
        }
    }

    private func appendPage(_ event: SimulatedEvent, to bytes: inout [UInt8]) {
        switch event.action {
        case .pageView where event.title != SimulatedEvent.none:
            bytes.append(contentsOf: RecordWriter.titles[Int(event.title) % RecordWriter.titles.count])
        case .pageView:
            bytes.append(contentsOf: "/d11/".utf8)
        case .productView:
            bytes.append(contentsOf: "/p/".utf8)
            bytes.append(contentsOf: products[Int(event.product)].prefix { $0 != 0x2C })
        default:
            break
        }
    }

    /// Ids are one-to-one images of the person's number, so that no two persons share one.
    private func appendUser(_ event: SimulatedEvent, to bytes: inout [UInt8]) {
        bytes.append(0x75)
        appendDecimal(((event.person ^ salt) &* Draws.golden) & (1 << userBits - 1), to: &bytes)
    }

    private func appendDevice(_ number: UInt64, to bytes: inout [UInt8]) {
        let image = ((number ^ (salt >> 7)) &* 0xD134_2543_DE82_EF95) & (1 << 40 - 1)
        for shift in stride(from: 36, through: 0, by: -4) {
            bytes.append(RecordWriter.digits[Int(image >> UInt64(shift) & 15)])
        }
    }

    private func appendOrder(_ event: SimulatedEvent, to bytes: inout [UInt8]) {
        appendDecimal(1_000_000_000_000 + (event.person << 8 | UInt64(event.session)), to: &bytes)
    }

    private func appendCoupon(_ event: SimulatedEvent, to bytes: inout [UInt8]) {
        bytes.append(0x63)
        appendDecimal(event.person << 8 | UInt64(event.couponSession), to: &bytes)
    }

    /// A phone number that no network gives out (it begins with 100) and an address of the range for benchmarks.
    private func appendContact(_ event: SimulatedEvent, to bytes: inout [UInt8]) {
        let image = Draws.mixed(event.person ^ salt)
        appendDecimal(10_000_000_000 + image % 100_000_000, to: &bytes)
        bytes.append(contentsOf: ",198.".utf8)
        appendDecimal(18 + (image >> 40 & 1), to: &bytes)
        bytes.append(0x2E)
        appendDecimal(image >> 48 & 255, to: &bytes)
        bytes.append(0x2E)
        appendDecimal(image >> 56, to: &bytes)
    }

    private func appendBase32(_ value: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 60, through: 0, by: -5) {
            bytes.append(RecordWriter.digits[Int(value >> UInt64(shift) & 31)])
        }
    }

    private static let digits = Array("0123456789abcdefghijklmnopqrstuv".utf8)
}
