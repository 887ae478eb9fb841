// swift-tools-version: 6.1
import PackageDescription

// The one list of stages: each becomes an executable `nightmarket-NAME` of the same target,
// which picks its stage by its own file name.
let stages = ["ingest", "metrics", "funnel", "experiment", "alerts", "publish"]

let warnings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

/// A module of this package and what it may import (dependencies point downwards only).
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: warnings)
}

/// The tests of a module lie in `Tests/MODULETests`.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
        swiftSettings: warnings)
}

let package = Package(
    name: "nightmarket",
    products: stages.map { .executable(name: "nightmarket-\($0)", targets: ["stage"]) }
        + [.executable(name: "nightmarket", targets: ["nightmarket"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CByteScan"),
        .systemLibrary(name: "CSipHash"),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CLibCSV", providers: [.apt(["libcsv-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .target(name: "CBoostMath"),
        .target(name: "CPostgres"),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),

        module("Vocabulary"),
        module("Chronology", ["Vocabulary"]),
        module("ArrowIPC", ["CLinux", "Vocabulary"]),
        module("Statistics", ["CBoostMath"]),
        module("Expressions", ["Vocabulary", "Chronology"]),
        module("Metrics", ["Vocabulary"]),
        module("Digests", ["CSodium", "CXXHash"]),
        module("EventLog", ["CByteScan", "CSipHash", "CZlib", "CISAL", "CZstd", "CLibCSV", "CSimdJSON", "CSodium", "Digests", "Vocabulary", "Chronology"]),
        module("EventStore", ["EventLog", "ArrowIPC", "Digests", "Vocabulary", "Chronology", "CSodium"]),
        module("Marts", ["Digests", "Vocabulary", "Chronology"]),
        module("Dashboard", ["Marts", "Metrics", "Digests", "Vocabulary", "Chronology"]),
        module("Ledger", ["Marts", "Vocabulary", "Chronology", .product(name: "GRDB", package: "GRDB.swift")]),
        module("Databases", ["CPostgres", "Marts", "Metrics", "Digests", "Vocabulary", "Chronology", .product(name: "GRDBSQLite", package: "GRDB.swift")]),
        module("Monitoring", ["Marts", "Digests", "Vocabulary", "Chronology"]),
        module("Manifest", ["EventLog", "Vocabulary", "Chronology", "Expressions", "Yams"]),
        module("Explanations", ["Marts", "Manifest", "Expressions", "EventLog", "Vocabulary", "Chronology"]),
        module("Simulation", ["Vocabulary", "Chronology", "CZlib"]),
        module("StageKit", [
            "EventStore", "EventLog", "Manifest", "Marts", "Expressions", "Chronology", "Vocabulary", "Digests",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "Logging", package: "swift-log"),
        ]),
        module("Stages", ["StageKit", "Statistics", "Metrics", "Dashboard", "Databases", "Ledger", "Digests"]),

        .executableTarget(name: "stage", dependencies: ["Stages"], swiftSettings: warnings),
        .executableTarget(
            name: "nightmarket",
            dependencies: [
                "Stages", "Simulation", "Ledger", "Monitoring", "Explanations", "Metrics",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: warnings),

        .target(
            name: "TestSupport", dependencies: ["Vocabulary", "CZlib", "CZstd"], path: "Tests/TestSupport",
            swiftSettings: warnings),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "TestSupport", "EventLog", "EventStore", "ArrowIPC", "Manifest", "Expressions", "Marts", "Chronology", "Digests",
                "StageKit", "Stages",
            ], path: "Tests/FuzzTargets", swiftSettings: warnings),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], swiftSettings: warnings),
        tests("Vocabulary"),
        tests("Digests"),
        tests("Chronology"),
        tests("ArrowIPC"),
        tests("Statistics"),
        tests("Expressions"),
        tests("Metrics"),
        tests("EventLog"),
        tests("EventStore"),
        tests("Marts"),
        tests("Dashboard", ["Marts", "Metrics", "Statistics"]),
        tests("Ledger", [.product(name: "GRDB", package: "GRDB.swift")]),
        tests("Databases", ["Marts", "Metrics", .product(name: "GRDB", package: "GRDB.swift")]),
        tests("Monitoring", ["Marts"]),
        tests("Explanations", ["Marts"]),
        tests("Manifest"),
        tests("Simulation"),
        tests("StageKit"),
        tests("Stages"),
        .testTarget(name: "EndToEndTests", dependencies: ["TestSupport", "Digests"], swiftSettings: warnings),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// The figures that scripts/conformance.sh holds against scipy's and statsmodels'.
if Context.environment["NIGHTMARKET_PEER"] != nil {
    package.targets.append(
        .executableTarget(
            name: "statistics-peer", dependencies: ["Statistics"], path: "Tests/StatisticsPeer", swiftSettings: warnings))
}

// libFuzzer brings the main function of this program, so that only scripts/fuzz.sh can build it.
if Context.environment["NIGHTMARKET_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(name: "fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz", swiftSettings: warnings))
}
