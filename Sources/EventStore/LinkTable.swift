import ArrowIPC
import Vocabulary

/// Which users were seen on which devices in one segment, by device: a row for each pair, the first in canonical order
/// (a pair may stand in it more than once).
final class LinkTable: @unchecked Sendable {
    let count: Int
    /// The persons that the devices are without an owner, as they are stored, in increasing order.
    let devices: UnsafePointer<Key128>
    /// Rows of the segment; their person is the user.
    let rows: UnsafePointer<Int32>
    private let file: ArrowFile?

    private struct Link {
        var device: Key128
        var row: Int32
    }

    deinit {
        guard file == nil else { return }
        devices.deallocate()
        rows.deallocate()
    }

    /// Opens the table of a segment, or derives it where none was written.
    /// - Throws: `Problem` where the file is missing, damaged, or does not fit the segment.
    convenience init(of segment: Segment, folder: StoreFolder) throws {
        guard let entry = segment.entry.links, entry.count > 0 else {
            if segment.entry.links == nil, segment.reader(SegmentFile.device) != nil {
                try segment.verify(nil)
                try segment.verify(SegmentFile.device)
            }
            self.init(derivedFrom: segment)
            return
        }
        try segment.verify(SegmentFile.time)
        try self.init(entry, of: segment, path: folder.links(segment.entry.name))
    }

    private init(_ entry: LinkEntry, of segment: Segment, path: String) throws {
        let file = try ArrowFile(path: path)
        guard let devices = file.column("device"), let rows = file.column("row"), file.rowCount == entry.count,
            devices.field.type == .fixedSizeBinary(16), rows.field.type == .int32,
            let deviceBytes = devices.array.data.baseAddress, devices.array.data.count >= entry.count * 16,
            let rowBytes = rows.array.data.baseAddress, rows.array.data.count >= entry.count * 4,
            SegmentFile.combined([segment.entry.hash, devices.checksum() ?? "", rows.checksum() ?? ""]) == entry.checksum
        else { throw Segment.damaged(path, "the table of links is not what was written") }
        self.file = file
        count = entry.count
        self.devices = UnsafePointer(deviceBytes.assumingMemoryBound(to: Key128.self))
        self.rows = UnsafePointer(rowBytes.assumingMemoryBound(to: Int32.self))
    }

    /// The links of a segment, from its columns.
    convenience init(derivedFrom segment: Segment) {
        let hasNone = segment.entry.links.map { $0.count == 0 } ?? false
        guard !hasNone, segment.reader(SegmentFile.user) != nil, let device = segment.reader(SegmentFile.device) else {
            self.init([])
            return
        }
        if let dictionary = device.dictionary, device.indexWidth == 4, device.array.data.count >= segment.rows * 4,
            dictionary.data.count >= segment.personCount * 16
        {
            self.init(
                persons: UnsafeBufferPointer(start: segment.personOfRow, count: segment.rows), personCount: segment.personCount,
                devices: device.array, keys: dictionary)
        } else {
            self.init((0..<segment.rows).compactMap { row in
                let person = Int(segment.personOfRow[row])
                guard person >= 0, person < segment.personCount, segment.persons[person].bigEndian.kind == .user,
                    let key = device.key(row)
                else { return nil }
                return Link(device: devicePerson(key), row: Int32(truncatingIfNeeded: row))
            })
        }
    }

    /// Goes through the rows of a segment once: of the rows in which a person has one device on and on, the first counts.
    /// - Parameters:
    ///   - persons: the person of each row, a place among the first keys.
    ///   - devices: a code of four bytes a row, a place among the keys.
    ///   - keys: as they are stored; at least those of the persons.
    convenience init(persons: UnsafeBufferPointer<Int32>, personCount: Int, devices: ArrowArray, keys: ArrowArray) {
        let codes = devices.data.bindMemory(to: Int32.self)
        let stored = keys.data.bindMemory(to: Key128.self)
        let validity = devices.nullCount > 0 ? devices.validity : nil
        var links: [Link] = []
        var person: Int32 = -1
        var isUser = false
        var seen = RecentCodes()
        for row in 0..<persons.count {
            if persons[row] != person {
                person = persons[row]
                isUser = person >= 0 && person < personCount && stored[Int(person)].bigEndian.kind == .user
                seen = RecentCodes()
            }
            guard isUser, validity.map({ $0[row >> 3] >> UInt8(row & 7) & 1 == 1 }) ?? true, seen.insert(codes[row]),
                codes[row] >= 0, codes[row] < stored.count
            else { continue }
            links.append(Link(device: devicePerson(stored[Int(codes[row])].bigEndian), row: Int32(truncatingIfNeeded: row)))
        }
        self.init(links)
    }

    private init(_ found: [Link]) {
        let links = Self.sorted(found)
        file = nil
        count = links.count
        let devices = UnsafeMutablePointer<Key128>.allocate(capacity: max(count, 1))
        let rows = UnsafeMutablePointer<Int32>.allocate(capacity: max(count, 1))
        for (i, link) in links.enumerated() {
            devices[i] = link.device.bigEndian
            rows[i] = link.row
        }
        self.devices = UnsafePointer(devices)
        self.rows = UnsafePointer(rows)
    }

    /// By device and row: parted by the leading bits of the keys, which are spread evenly, then by comparison.
    private static func sorted(_ links: [Link]) -> [Link] {
        var bits = 0
        while bits < 16, links.count >> bits > 16 { bits += 1 }
        let shift = UInt64(64 - bits)
        var places = [Int](repeating: 0, count: 1 << bits)
        for link in links { places[Int(truncatingIfNeeded: link.device.high >> shift)] += 1 }
        var next = 0
        for i in places.indices {
            let count = places[i]
            places[i] = next
            next += count
        }
        var result = links
        for link in links {
            let part = Int(truncatingIfNeeded: link.device.high >> shift)
            result[places[part]] = link
            places[part] += 1
        }
        var start = 0
        for end in places {
            if end - start > 1 {
                result[start..<end].sort { $0.device != $1.device ? $0.device < $1.device : $0.row < $1.row }
            }
            start = end
        }
        return result
    }

    /// The first link of a device whose key's high half is at least `high`.
    /// - Parameter start: a link that is not behind it; the nearer, the sooner it is found.
    func lowerBound(_ high: UInt64, from start: Int = 0) -> Int {
        MergeInput.firstIndex(in: start..<count) { devices[$0].high.bigEndian >= high }
    }

    /// Writes the table of a segment that was just written.
    func write(for entry: SegmentEntry, folder: StoreFolder) throws -> LinkEntry {
        guard count > 0 else { return LinkEntry(count: 0, checksum: "") }
        return try withExtendedLifetime(self) {
            let columns = [
                ArrowColumn(
                    ArrowField("device", .fixedSizeBinary(16), nullable: false),
                    ArrowArray(count: count, data: UnsafeRawBufferPointer(start: devices, count: count * 16))),
                ArrowColumn(
                    ArrowField("row", .int32, nullable: false),
                    ArrowArray(count: count, data: UnsafeRawBufferPointer(start: rows, count: count * 4))),
            ]
            let sum = SegmentFile.combined([entry.hash] + columns.map { $0.checksum() ?? "" })
            try SegmentFile.writeWhole(
                rows: count, columns: columns, source: entry.source, to: folder.links(entry.name), in: folder.links)
            return LinkEntry(count: count, checksum: sum)
        }
    }
}

/// The last few codes that came, each once.
private struct RecentCodes {
    private var codes = InlineArray<4, Int32>(repeating: -1)
    private var next = 0

    /// False where the code is among them.
    @inline(__always)
    mutating func insert(_ code: Int32) -> Bool {
        for i in codes.indices where codes[i] == code { return false }
        codes[next] = code
        next = (next &+ 1) & 3
        return true
    }
}
