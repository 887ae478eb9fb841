import Glibc
import Vocabulary

/// An Arrow IPC file of one record batch, mapped read-only; its columns point into the map and live as long as it does.
///
/// Opening checks the structure: every offset and length lies inside the file, buffers are aligned and long enough for
/// their values, strings of dictionaries lie inside their bytes. `checkContents` looks at the values themselves.
public final class ArrowFile: @unchecked Sendable {
    public let path: String
    public let rowCount: Int
    /// The schema's custom metadata.
    public let metadata: [String: String]
    public let columns: [ArrowColumn]
    private let map: MappedFile
    private let indexByName: [String: Int]

    /// - Throws: `Problem` with `arrow.cannot-read`, `arrow.damaged` or `arrow.unsupported`.
    public convenience init(path: String) throws { try self.init(MappedFile(path: path)) }

    /// - Throws: `Problem` with `arrow.damaged` or `arrow.unsupported`.
    public init(_ file: MappedFile) throws {
        path = file.path
        map = file
        do {
            let contents = try ArrowDecoder(file: map.bytes).contents()
            rowCount = contents.rowCount
            columns = contents.columns
            metadata = contents.metadata
        } catch let damage as Damage {
            throw ArrowFile.damaged(path, damage)
        } catch let unsupported as Unsupported {
            throw Problem(
                .arrowUnsupported, "the Arrow file holds \(unsupported.what)", at: .path(path),
                help: "segments are written by ingest alone; take this file out of the store")
        }
        indexByName = Dictionary(
            columns.enumerated().map { ($0.element.field.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// The first column of that name.
    public func column(_ name: String) -> ArrowColumn? { indexByName[name].map { columns[$0] } }

    /// The size of the file in bytes.
    public var size: Int { map.size }

    /// Has the system read no more than the page that is asked for.
    public func readsPageByPage() { map.readsPageByPage() }

    /// Asks the system to read the bytes of a column ahead.
    public func willNeed(_ column: ArrowColumn) {
        for buffer in [column.array.validity, column.array.offsets, column.array.data].compactMap({ $0 }) {
            map.willNeed(buffer)
        }
    }

    /// Reads every value once: string offsets never decrease, dictionary indices of rows that are not null lie inside
    /// their dictionary, and null counts are those of the bitmaps.
    /// - Throws: `Problem` with `arrow.damaged`.
    public func checkContents() throws {
        do {
            for column in columns { try column.checkContents() }
        } catch let damage as Damage {
            throw ArrowFile.damaged(path, damage)
        }
    }

    private static func damaged(_ path: String, _ damage: Damage) -> Problem {
        Problem(
            .arrowDamaged, "the Arrow file is damaged: \(damage.what)", at: .path(path),
            help: "restore it from a backup, or remove the store's folder and run again to take the logs in anew")
    }
}

/// A whole file, mapped read-only: what was mapped stays readable when the file's name is gone.
public final class MappedFile: @unchecked Sendable {
    public let path: String
    let bytes: UnsafeRawBufferPointer

    public var size: Int { bytes.count }

    /// - Throws: `Problem` with `arrow.cannot-read`.
    public init(path: String) throws {
        self.path = path
        func problem(_ what: String) -> Problem {
            Problem(.arrowCannotRead, "the file \(what): \(String(cString: strerror(errno)))", at: .path(path))
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem("cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw problem("cannot be looked at") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Problem(.arrowCannotRead, "this is not a regular file", at: .path(path))
        }
        let size = Int(status.st_size)
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw problem("cannot be mapped")
        }
        bytes = UnsafeRawBufferPointer(start: start, count: size)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }

    func readsPageByPage() {
        guard let start = bytes.baseAddress else { return }
        madvise(UnsafeMutableRawPointer(mutating: start), bytes.count, MADV_RANDOM)
    }

    func willNeed(_ buffer: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, let start = buffer.baseAddress, buffer.count > 0 else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let offset = (start - base) / page * page
        madvise(
            UnsafeMutableRawPointer(mutating: base + offset), start - base + buffer.count - offset, MADV_WILLNEED)
    }
}
