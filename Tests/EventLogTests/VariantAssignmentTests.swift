import EventLog
import Testing
import Vocabulary

@Suite("Variants by a stated hash")
struct VariantAssignmentTests {
    private func variants(_ salt: String, _ ids: [String], _ split: [(String, Int)]) throws -> [String?] {
        let assignment = VariantAssignment(salt: salt, split: split.map { .init(variant: $0.0, weight: $0.1) })
        let format = LogFormat(
            header: ["uid", "end"],
            mappings: [LogFormat.Mapping(Column("variant", .category), from: .column("uid"), assignment: assignment)])
        return try LogFixture.read(Array(ids.map { "\($0),\n" }.joined().utf8), format).values
    }

    // int.from_bytes(hashlib.sha256(f"{salt}:{id}".encode()).digest()[:8], "big") * total < cumulative << 64
    @Test("Python's hashlib: the first eight bytes of SHA-256 over salt, colon and id")
    func hashlib() throws {
        let found = try variants("checkout_v2", (0..<40).map { "u\($0)" }, [("A", 50), ("B", 30), ("C", 20)])
        #expect(found.compactMap(\.self).joined() == "ACCBACBAAAAACBBABABACAAABAABACBACACBBBAA")
        let chinese = try variants("盐", (0..<12).map { "用户\($0)" }, [("新", 1), ("旧", 2)])
        #expect(chinese.compactMap(\.self).joined() == "旧旧新旧新旧新新旧旧旧新")
    }

    @Test("shares come out as they are declared, and a record without an id has no variant")
    func shares() throws {
        let found = try variants("checkout_v2", (0..<10_000).map { "u\($0)" }, [("A", 50), ("B", 30), ("C", 20)])
        #expect(["A", "B", "C"].map { name in found.count { $0 == name } } == [5082, 2924, 1994])
        #expect(try variants("x", [""], [("A", 1), ("B", 1)]) == [nil])
    }
}
