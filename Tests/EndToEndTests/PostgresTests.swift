import Foundation
import Testing

/// Nights that publish into a real PostgreSQL, which fails in every way that it can.
@Suite(.serialized) struct PostgresTests {
    private static let nodes = """
          metrics:
            daily: { period: last 2d, grain: day, by: [channel], metrics: [events, persons, orders, gmv_paid, conversion_rate] }
            pages: { period: last 2d, by: [page], metrics: [events] }
          funnel:
            purchase: { period: last 2d, steps: [product_view, add_to_cart, purchase], within: 1d, by: [channel] }
        """

    private func shop(_ postgres: String = "{ timeout: 10s }", records: [String] = TinyShop.records, nodes: String = nodes) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(nodes: nodes) + "postgres: \(postgres)\n", to: "pipeline.yaml")
        try workspace.write(TinyShop.log(records), to: "logs/all.csv")
        return workspace
    }

    private func run(_ workspace: Workspace, _ postgres: ThrowAwayPostgres, _ more: [String] = []) throws -> Outcome {
        let outcome = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"] + more, environment: postgres.environment)
        #expect(outcome.status == 0, "\(outcome.error)")
        return outcome
    }

    private func current(_ workspace: Workspace) throws -> String {
        let link = workspace.folder.appendingPathComponent("out/current").path
        return (try FileManager.default.destinationOfSymbolicLink(atPath: link) as NSString).lastPathComponent
    }

    private func warnings(_ workspace: Workspace) throws -> [String] {
        let data = try Data(contentsOf: workspace.folder.appendingPathComponent("out/current/run_results.json"))
        let results = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(results["warnings"] as? [[String: Any]]).compactMap { $0["code"] as? String }
    }

    private func schemas(_ postgres: ThrowAwayPostgres) throws -> [String] {
        try postgres.ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'nightmarket%' ORDER BY 1")
    }

    @Test func aRunIsInASchemaOfItsOwnAndTheViewsShowIt() throws {
        let postgres = try ThrowAwayPostgres()
        let workspace = try shop()
        let outcome = try run(workspace, postgres)
        #expect(outcome.error.contains("publish: 2026-11-02-001 is in PostgreSQL, schema nightmarket_2026_11_02_001"))
        #expect(try schemas(postgres) == ["nightmarket", "nightmarket_2026_11_02_001"])
        #expect(try postgres.ask("SELECT run, pipeline, date, timezone, currency FROM nightmarket.run") == ["2026-11-02-001|tiny|2026-11-02|Asia/Shanghai|CNY"])
        #expect(try postgres.ask("SELECT run, schema, is_current FROM nightmarket.runs") == ["2026-11-02-001|nightmarket_2026_11_02_001|t"])
        for (mart, name) in [("metrics/daily", "metrics_daily"), ("metrics/pages", "metrics_pages"), ("funnel/purchase", "funnel_purchase")] {
            let rows = try workspace.rows(mart)
            let details = rows.filter { $0["row_kind"] as? String == "detail" }
            #expect(rows.count > details.count && !details.isEmpty)
            #expect(try postgres.ask("SELECT count(*) FROM nightmarket.mart_\(name)") == ["\(rows.count)"])
            #expect(try postgres.ask("SELECT count(*) FROM nightmarket.\(name)") == ["\(details.count)"])
            #expect(try postgres.ask("SELECT DISTINCT row_kind FROM nightmarket.\(name)") == ["detail"])
        }
        #expect(try postgres.ask("SELECT sum(gmv_paid) FROM nightmarket.metrics_daily") == ["99.9"])
        let types = try postgres.ask(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'nightmarket' AND table_name = 'metrics_daily' AND column_name IN ('day', 'gmv_paid', 'orders', 'conversion_rate') ORDER BY 1")
        #expect(types == ["conversion_rate|double precision", "day|date", "gmv_paid|numeric", "orders|bigint"])
        let keys = try postgres.ask("SELECT indexname FROM pg_indexes WHERE schemaname = 'nightmarket_2026_11_02_001' AND tablename = 'mart_metrics_daily' ORDER BY 1")
        #expect(keys == ["metrics_daily_key", "metrics_daily_pkey", "metrics_daily_time"])
        let comment = try postgres.ask("SELECT col_description('nightmarket.metrics_daily'::regclass, attnum) FROM pg_attribute WHERE attrelid = 'nightmarket.metrics_daily'::regclass AND attname = 'gmv_paid'")
        #expect(comment == ["Paid GMV / 支付金额 [CNY]; may be summed"])
        #expect(try workspace.run("nightmarket", ["status", "pipeline.yaml"], environment: postgres.environment).output.contains("database    at 2026-11-02-001\n"))
        // Nothing is done twice.
        let again = try workspace.run("nightmarket-publish", ["pipeline.yaml", "--postgres", "--log-level", "debug"], environment: postgres.environment)
        #expect(again.status == 0 && again.error.contains("the database is at 2026-11-02-001"))
        #expect(try schemas(postgres).count == 2)
    }

    @Test func laterRunsSwapTheViewsKeepGrantsAndWhatIsBuiltOnThemAndOldRunsAreRemoved() throws {
        let postgres = try ThrowAwayPostgres()
        let workspace = try shop("{ keep: 2, timeout: 10s }")
        _ = try run(workspace, postgres)
        try postgres.ask("CREATE ROLE bi LOGIN PASSWORD 'bi'; GRANT USAGE ON SCHEMA nightmarket TO bi; GRANT SELECT ON ALL TABLES IN SCHEMA nightmarket TO bi; ALTER DEFAULT PRIVILEGES IN SCHEMA nightmarket GRANT SELECT ON TABLES TO bi")
        try postgres.ask("CREATE VIEW public.mine AS SELECT channel, events FROM nightmarket.metrics_daily")
        try workspace.write(TinyShop.log(["x1,2026-11-02T15:00:00+08:00,eve,d9,pv,cpc,,,"]), to: "logs/more.csv")
        let before = try postgres.ask("SELECT sum(events) FROM public.mine")
        _ = try run(workspace, postgres)
        #expect(try postgres.ask("SELECT sum(events) FROM public.mine") == ["\((Int(before[0]) ?? 0) + 1)"])
        #expect(try postgres.ask("SELECT has_table_privilege('bi', 'nightmarket.metrics_daily', 'SELECT')") == ["t"])
        // More columns behind the old ones change no view that others are built on.
        let wider = Self.nodes.replacing("conversion_rate]", with: "conversion_rate, visitors]")
        try workspace.write(TinyShop.manifest(nodes: wider) + "postgres: { keep: 2, timeout: 10s }\n", to: "pipeline.yaml")
        _ = try run(workspace, postgres)
        #expect(try postgres.ask("SELECT sum(visitors) >= 0, (SELECT count(*) FROM public.mine) > 0 FROM nightmarket.metrics_daily") == ["t|t"])
        // Another shape does, and the view of a mart that is gone goes.
        let other = Self.nodes.replacing("metrics: [events, persons,", with: "metrics: [persons,").replacing("    pages: { period: last 2d, by: [page], metrics: [events] }\n", with: "")
        try workspace.write(TinyShop.manifest(nodes: other) + "postgres: { keep: 2, timeout: 10s }\n", to: "pipeline.yaml")
        let refused = try run(workspace, postgres)
        #expect(refused.error.contains("error[postgres.depended-on]"), "\(refused.error)")
        #expect(try warnings(workspace) == ["postgres.depended-on"])
        #expect(try postgres.ask("SELECT run FROM nightmarket.run") == ["2026-11-02-003"])
        try postgres.ask("DROP VIEW public.mine")
        _ = try run(workspace, postgres)
        #expect(try postgres.ask("SELECT run FROM nightmarket.run") == ["2026-11-02-005"])
        #expect(try postgres.ask("SELECT has_table_privilege('bi', 'nightmarket.metrics_daily', 'SELECT'), to_regclass('nightmarket.metrics_pages') IS NULL, to_regclass('nightmarket.mart_metrics_pages') IS NULL") == ["t|t|t"])
        #expect(try schemas(postgres) == ["nightmarket", "nightmarket_2026_11_02_003", "nightmarket_2026_11_02_005"])
        #expect(try postgres.ask("SELECT run, is_current FROM nightmarket.runs ORDER BY run") == ["2026-11-02-003|f", "2026-11-02-005|t"])
    }

    @Test func aServerThatIsDownIsAWarningAndTheNextRunHealsIt() throws {
        let postgres = try ThrowAwayPostgres()
        let workspace = try shop()
        _ = try run(workspace, postgres)
        try postgres.stop()
        let outcome = try run(workspace, postgres)
        #expect(outcome.error.contains("warning: error[postgres.unreachable]: PostgreSQL 127.0.0.1:\(postgres.port)/postgres: "), "\(outcome.error)")
        #expect(try current(workspace) == "2026-11-02-002")
        #expect(try warnings(workspace) == ["postgres.unreachable"])
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"], environment: postgres.environment)
        #expect(status.status == 0 && status.output.contains("database    not known: "), "\(status.output)")
        #expect(try workspace.run("nightmarket", ["verify", "pipeline.yaml"]).status == 0)
        try postgres.start()
        #expect(try postgres.ask("SELECT run FROM nightmarket.run") == ["2026-11-02-001"])
        let lag = try workspace.run("nightmarket", ["status", "pipeline.yaml"], environment: postgres.environment).output
        #expect(lag.contains("database    at 2026-11-02-001, behind 2026-11-02-002"), "\(lag)")
        // Nothing is due: this command publishes no files, and brings the database up all the same.
        let healing = try workspace.run(
            "nightmarket", ["backfill", "pipeline.yaml", "--from", "2026-11-02", "--to", "2026-11-02", "--all"], environment: postgres.environment)
        #expect(healing.status == 0, "\(healing.error)")
        #expect(try current(workspace) == "2026-11-02-002")
        #expect(try warnings(workspace) == [])
        #expect(try workspace.run("nightmarket", ["verify", "pipeline.yaml"]).status == 0)
        #expect(try postgres.ask("SELECT run FROM nightmarket.run") == ["2026-11-02-002"])
    }

    @Test func aServerThatNeverAnswersIsNotWaitedForForLong() throws {
        let postgres = try ThrowAwayPostgres()
        let workspace = try shop("{ timeout: 2s }")
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #expect(bind(listener, $0, length) == 0 && listen(listener, 5) == 0 && getsockname(listener, $0, &length) == 0)
            }
        }
        let environment = postgres.environment.merging(["PGPORT": "\(UInt16(bigEndian: address.sin_port))"]) { $1 }
        let began = Date()
        let outcome = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"], environment: environment)
        #expect(outcome.status == 0)
        #expect(outcome.error.contains("error[postgres.unreachable]") && outcome.error.contains("gave no answer within 2 s"), "\(outcome.error)")
        #expect(Date().timeIntervalSince(began) < 30)
        #expect(try current(workspace) == "2026-11-02-001")
    }

    /// The resolver is replaced by one that takes a minute.
    @Test func aNameThatIsNotResolvedIsNotWaitedForForLong() throws {
        let workspace = try shop("{ timeout: 2s }")
        // LD_PRELOAD takes no path with a blank.
        let library = "/tmp/nightmarket-resolver-\(UUID().uuidString).so"
        defer { try? FileManager.default.removeItem(atPath: library) }
        try workspace.write("#include <unistd.h>\nint getaddrinfo(void) { sleep(60); return -2; }\n", to: "slow.c")
        let built = try Workspace.start("/usr/bin/env", ["clang", "-shared", "-fPIC", "-o", library, "slow.c"], [:], workspace.folder)
        #expect(built.status == 0, "\(built.error)")
        for hosts in ["db.example", "db-a.example,db-b.example"] {
            let environment = ["LD_PRELOAD": library, "PGHOST": hosts]
            let began = Date()
            let outcome = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"], environment: environment)
            #expect(outcome.status == 0 && outcome.error.contains("error[postgres.unreachable]"), "\(outcome.error)")
            #expect(outcome.error.contains("the name of the server was not resolved within 2 s"), "\(outcome.error)")
            let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"], environment: environment)
            #expect(status.output.contains("database    not known: the name of the server was not resolved within 2 s"), "\(status.output)")
            #expect(Date().timeIntervalSince(began) < 30)
        }
    }

    @Test func aReadOnlyDatabaseIsAWarningAndHealsWhenItIsWritable() throws {
        let postgres = try ThrowAwayPostgres()
        let workspace = try shop()
        try postgres.ask("ALTER DATABASE postgres SET default_transaction_read_only = on")
        #expect(try run(workspace, postgres).error.contains("error[postgres.read-only]"))
        #expect(try warnings(workspace) == ["postgres.read-only"])
        #expect(try schemas(postgres) == [])
        try postgres.ask("ALTER DATABASE postgres RESET default_transaction_read_only", ["PGOPTIONS": "-c default_transaction_read_only=off"])
        #expect(try workspace.run("nightmarket-publish", ["pipeline.yaml", "--postgres"], environment: postgres.environment).status == 0)
        #expect(try postgres.ask("SELECT run FROM nightmarket.run") == ["2026-11-02-001"])
    }

    @Test func aServerThatDiesInTheMiddleOfACopyLeavesTheRunBeforeWhole() throws {
        let postgres = try ThrowAwayPostgres()
        let workspace = try shop()
        _ = try run(workspace, postgres)
        let before = try postgres.ask("SELECT * FROM nightmarket.mart_metrics_daily ORDER BY row_number")
        // Each new table of a mart gets a trigger that ends its own session at the second row.
        try postgres.ask(
            """
            CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.row_number = 2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$;
            CREATE FUNCTION public.arm() RETURNS event_trigger LANGUAGE plpgsql AS $$ DECLARE made record; BEGIN
                FOR made IN SELECT object_identity FROM pg_event_trigger_ddl_commands() WHERE object_identity LIKE '%.mart_metrics_pages' LOOP
                    EXECUTE 'CREATE TRIGGER die BEFORE INSERT ON ' || made.object_identity || ' FOR EACH ROW EXECUTE FUNCTION public.die()';
                END LOOP; END $$;
            CREATE EVENT TRIGGER arm ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.arm()
            """)
        let outcome = try run(workspace, postgres)
        #expect(outcome.error.contains("error[postgres.lost]"), "\(outcome.error)")
        #expect(outcome.error.contains("57P01"), "\(outcome.error)")
        #expect(try warnings(workspace) == ["postgres.lost"])
        #expect(try current(workspace) == "2026-11-02-002")
        #expect(try schemas(postgres) == ["nightmarket", "nightmarket_2026_11_02_001"])
        #expect(try postgres.ask("SELECT * FROM nightmarket.mart_metrics_daily ORDER BY row_number") == before)
        try postgres.ask("DROP EVENT TRIGGER arm")
        _ = try run(workspace, postgres)
        #expect(try postgres.ask("SELECT run FROM nightmarket.run") == ["2026-11-02-003"])
    }

    @Test func aReaderInATransactionSeesOneRun() throws {
        let postgres = try ThrowAwayPostgres()
        let workspace = try shop("{ timeout: 30s }")
        _ = try run(workspace, postgres)
        let early = try PostgresSession(postgres)
        try early.ask("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try early.ask("SELECT 1")
        let reader = try PostgresSession(postgres)
        try reader.ask("BEGIN")
        #expect(try reader.ask("SELECT run FROM nightmarket.run") == ["2026-11-02-001"])
        try workspace.write(TinyShop.log(["x1,2026-11-02T15:00:00+08:00,eve,d9,pv,cpc,,,"]), to: "logs/more.csv")
        let events = try postgres.ask("SELECT sum(events) FROM nightmarket.metrics_daily")
        let later = ["\((Int(events[0]) ?? 0) + 1)"]
        let process = Process()
        process.executableURL = Workspace.executables.appendingPathComponent("nightmarket")
        process.arguments = ["run", "pipeline.yaml", "--date", "2026-11-02"]
        process.currentDirectoryURL = workspace.folder
        process.environment = ProcessInfo.processInfo.environment.merging(postgres.environment) { $1 }
        process.standardError = FileHandle.nullDevice
        try process.run()
        // It waits with the new run loaded until the reader has done.
        var isWaiting = false
        for _ in 0..<400 where !isWaiting {
            isWaiting = try !postgres.ask("SELECT 1 FROM pg_stat_activity WHERE application_name = 'nightmarket' AND query LIKE '%LOCK TABLE%'").isEmpty
            usleep(50_000)
        }
        #expect(isWaiting)
        #expect(try current(workspace) == "2026-11-02-002")
        for _ in 0..<3 {
            #expect(try reader.ask("SELECT sum(events) FROM nightmarket.metrics_daily") == events)
            #expect(try reader.ask("SELECT run FROM nightmarket.run") == ["2026-11-02-001"])
            // Others are not held up behind the one who waits.
            #expect(try postgres.ask("SET statement_timeout = '3s'; SELECT run FROM nightmarket.run") == ["2026-11-02-001"])
        }
        try reader.ask("COMMIT")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try reader.ask("SELECT run FROM nightmarket.run") == ["2026-11-02-002"])
        #expect(try reader.ask("SELECT sum(events) FROM nightmarket.metrics_daily") == later)
        // Whoever began before the run was loaded and looks now sees all of it, and not tables without rows.
        #expect(try early.ask("SELECT run FROM nightmarket.run") == ["2026-11-02-002"])
        #expect(try early.ask("SELECT sum(events) FROM nightmarket.metrics_daily") == later)
        try early.ask("COMMIT")
    }

    @Test func aReaderWhoNeverEndsIsAWarningAndHealsWhenHeIsGone() throws {
        let postgres = try ThrowAwayPostgres()
        let workspace = try shop("{ timeout: 1s }")
        _ = try run(workspace, postgres)
        let reader = try PostgresSession(postgres)
        try reader.ask("BEGIN")
        try reader.ask("SELECT count(*) FROM nightmarket.metrics_daily")
        let outcome = try run(workspace, postgres)
        #expect(outcome.error.contains("error[postgres.busy]"), "\(outcome.error)")
        #expect(try schemas(postgres) == ["nightmarket", "nightmarket_2026_11_02_001"])
        try reader.ask("COMMIT")
        #expect(try workspace.run("nightmarket-publish", ["pipeline.yaml", "--postgres"], environment: postgres.environment).status == 0)
        #expect(try postgres.ask("SELECT run FROM nightmarket.run") == ["2026-11-02-002"])
    }

    @Test func noPasswordIsInALogOrARecord() throws {
        let postgres = try ThrowAwayPostgres()
        let secret = "s3cr3t-w0rd"
        let urls = [
            ("postgresql://boss:\(secret)@127.0.0.1:\(postgres.port)/postgres", "postgres.denied"),
            ("postgresql://boss:%73\(secret.dropFirst())@127.0.0.1:\(postgres.port)/postgres", "postgres.denied"),
            ("postgresql://boss:\(secret)@127.0.0.1:1/postgres", "postgres.unreachable"),
            ("postgresql://boss:\(secret)@127.0.0.1:28000/postgres", "postgres.unreachable"),
            ("postgresql://boss:\(secret)@127.0.0.1:no-port/postgres", "postgres.unreachable"),
            ("postgresql://boss:\(secret)/x@127.0.0.1:\(postgres.port)/postgres", "postgres.bad-url"),
            ("postgresql://boss:a@\(secret)@127.0.0.1:\(postgres.port)/postgres", "postgres.bad-url"),
            ("postgresql://boss@127.0.0.1:\(postgres.port)/postgres?pasword=\(secret)", "postgres.bad-url"),
            ("postgresql://boss:\(secret)@[127.0.0.1/postgres", "postgres.bad-url"),
            ("postgresql://boss@127.0.0.1:\(postgres.port)/\(secret)?password=\(secret)", "postgres.denied"),
        ]
        for (url, code) in urls {
            let workspace = try shop("{ url: \"\(url)\" }")
            for format in ["text", "json"] {
                let outcome = try workspace.run(
                    "nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02", "--log-format", format, "--log-level", "debug"])
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(outcome.error.contains(code), "\(url): \(outcome.error)")
                #expect(!(outcome.error + outcome.output).contains(secret), "\(outcome.error)")
            }
            let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"])
            #expect(status.status == 0 && status.output.contains(code), "\(status.output)")
            #expect(!(status.output + status.error).contains(secret))
            #expect(try warnings(workspace) == [code])
            let names = FileManager.default.enumerator(atPath: workspace.path("out"))?.compactMap { $0 as? String } ?? []
            for name in names {
                guard let data = try? Data(contentsOf: workspace.folder.appendingPathComponent("out/\(name)")) else { continue }
                #expect(data.range(of: Data(secret.utf8)) == nil, "\(name)")
            }
        }
        let wrong = try shop("{ url: \"mysql://boss:\(secret)@127.0.0.1/postgres\" }").run("nightmarket", ["check", "pipeline.yaml"])
        #expect(wrong.status == 78 && wrong.error.contains("manifest.wrong-value"), "\(wrong.error)")
        #expect(!wrong.error.contains(secret))
    }

    @Test func aMachineWithoutLibpqPublishesItsFilesAndSaysWhatIsMissing() throws {
        let workspace = try shop()
        // The loader looks here first and finds what is no library.
        try workspace.write("no library\n", to: "lib/libpq.so.5")
        let outcome = try workspace.run(
            "nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"], environment: ["LD_LIBRARY_PATH": workspace.path("lib")])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.error.contains("error[postgres.no-library]: pipeline.yaml:"), "\(outcome.error)")
        #expect(outcome.error.contains("help: install it (Debian: libpq5)"), "\(outcome.error)")
        #expect(try current(workspace) == "2026-11-02-001")
    }

    @Test func anotherPipelineAndAForeignTableKeepTheirPlaces() throws {
        let postgres = try ThrowAwayPostgres()
        let workspace = try shop()
        _ = try run(workspace, postgres)
        let other = try shop()
        try other.write(try other.read("pipeline.yaml").replacing("pipeline: tiny", with: "pipeline: other"), to: "pipeline.yaml")
        #expect(try run(other, postgres).error.contains("error[postgres.schema-taken]"))
        #expect(try postgres.ask("SELECT pipeline FROM nightmarket.run") == ["tiny"])
        let third = try shop("{ schema: shop_3 }")
        try postgres.ask("CREATE SCHEMA shop_3; CREATE TABLE shop_3.metrics_daily (mine text); INSERT INTO shop_3.metrics_daily VALUES ('kept')")
        #expect(try run(third, postgres).error.contains("error[postgres.schema-taken]"))
        #expect(try postgres.ask("SELECT mine FROM shop_3.metrics_daily") == ["kept"])
    }

    @Test func aViewThatSomebodyDroppedComesBackWithTheSameRun() throws {
        let postgres = try ThrowAwayPostgres()
        let workspace = try shop()
        _ = try run(workspace, postgres)
        for damage in ["DROP VIEW nightmarket.metrics_daily", "DROP VIEW nightmarket.marts", "DROP SCHEMA nightmarket_2026_11_02_001_3 CASCADE"] {
            try postgres.ask(damage)
            let outcome = try workspace.run("nightmarket-publish", ["pipeline.yaml", "--postgres"], environment: postgres.environment)
            #expect(outcome.status == 0 && outcome.error.contains("2026-11-02-001 is in PostgreSQL"), "\(damage): \(outcome.error)")
            #expect(try postgres.ask("SELECT sum(gmv_paid) FROM nightmarket.metrics_daily") == ["99.9"])
            #expect(try postgres.ask("SELECT count(*) FROM nightmarket.marts WHERE mart NOT LIKE 'quality/%'") == ["3"])
            #expect(try postgres.ask("SELECT read, live FROM nightmarket.quality_sources") == ["6|6"])
        }
        let outcome = try workspace.run(
            "nightmarket-publish", ["pipeline.yaml", "--postgres", "--log-level", "debug"], environment: postgres.environment)
        #expect(outcome.error.contains("the database is at 2026-11-02-001"), "\(outcome.error)")
    }

    /// A BI team has views of its own under the names that a mart and the catalogue would take.
    @Test func somebodysOwnViewsAreNeverReplaced() throws {
        let postgres = try ThrowAwayPostgres()
        try postgres.ask("CREATE SCHEMA bi; CREATE TABLE bi.kept (n int); INSERT INTO bi.kept VALUES (7)")
        let workspace = try shop("{ schema: bi, timeout: 10s }")
        for name in ["metrics", "metrics_daily", "run", "mart_funnel_purchase"] {
            try postgres.ask("CREATE VIEW bi.\(name) AS SELECT n FROM bi.kept")
            let outcome = try run(workspace, postgres)
            #expect(outcome.error.contains("error[postgres.schema-taken]") && outcome.error.contains("'\(name)'"), "\(outcome.error)")
            #expect(try postgres.ask("SELECT n FROM bi.\(name)") == ["7"])
            try postgres.ask("DROP VIEW bi.\(name)")
        }
        _ = try run(workspace, postgres)
        let newest = try postgres.ask("SELECT run FROM bi.run")
        #expect(newest == ["2026-11-02-005"])
        // Ours gone and theirs in its place: theirs stays, also where the mart is no longer made.
        try postgres.ask("DROP VIEW bi.metrics_pages; CREATE VIEW bi.metrics_pages AS SELECT n FROM bi.kept")
        #expect(try run(workspace, postgres).error.contains("error[postgres.schema-taken]"))
        let without = Self.nodes.replacing("    pages: { period: last 2d, by: [page], metrics: [events] }\n", with: "")
        try workspace.write(TinyShop.manifest(nodes: without) + "postgres: { schema: bi, timeout: 10s }\n", to: "pipeline.yaml")
        #expect(try run(workspace, postgres).error.contains("is in PostgreSQL"))
        #expect(try postgres.ask("SELECT n FROM bi.metrics_pages") == ["7"])
        #expect(try postgres.ask("SELECT to_regclass('bi.mart_metrics_pages') IS NULL") == ["t"])
    }

    /// What docs/BI.md prints: an administrator's statements, the grants, and what a BI tool asks.
    @Test func theStatementsOfTheDocumentWorkAsPrinted() throws {
        let text = try String(contentsOf: Workspace.project.appendingPathComponent("docs/BI.md"), encoding: .utf8)
        let blocks = text.components(separatedBy: "```sql\n").dropFirst().map { String($0.prefix(upTo: $0.range(of: "```")?.lowerBound ?? $0.endIndex)) }
        #expect(blocks.count == 4)
        let postgres = try ThrowAwayPostgres()
        try postgres.ask(blocks[0])
        let workspace = try Workspace()
        for name in ["pipelines", "data"] {
            try FileManager.default.copyItem(at: Workspace.project.appendingPathComponent(name), to: workspace.folder.appendingPathComponent(name))
        }
        let demo = try workspace.read("pipelines/demo.yaml")
        try workspace.write(demo + "\npostgres: { timeout: 10s }\n", to: "pipelines/demo.yaml")
        let owner = ["PGUSER": "nightmarket", "PGPASSWORD": "change me"]
        let reader = ["PGUSER": "bi", "PGPASSWORD": "change me too"]
        try workspace.night("pipelines/demo.yaml", date: "2026-11-13", environment: postgres.environment.merging(owner) { $1 })
        try postgres.ask(blocks[1], owner)
        try workspace.night("pipelines/demo.yaml", date: "2026-11-14", environment: postgres.environment.merging(owner) { $1 })
        let statements = (blocks[2] + blocks[3]).split(separator: "\n").map { String($0) }
        #expect(statements.count == 5)
        let answers = try statements.map { try postgres.ask($0, reader) }
        #expect(answers[0] == ["2026-11-14-001|2026-11-14"])
        #expect(answers[1].count == 7 && answers[1][0] == "tmall|2214.74|48|3.85485429441")
        #expect(answers[2].count == 1 && answers[2][0].hasPrefix("0.0174097373"))
        #expect(answers[3].contains("spend|Spend|CNY|sum"))
        #expect(answers[4].count > 50)
        #expect(throws: ThrowAwayPostgres.Failure.self) { try postgres.ask("DELETE FROM nightmarket.runs", reader) }
    }

    @Test func hostileNamesStayInTheirCells() throws {
        let values = [
            "'; DROP SCHEMA nightmarket CASCADE; --", "\"); DROP TABLE x; --", "\\.", "\\N", "a\\tb", "tab\there", "two\nlines", "<b>bold</b>", "🎉👩‍👩‍👧",
            "\u{202E}txt.exe", "حملة", "=1+1", "quote \" and , comma", "{a,\"b\"}", "$$ $1 %s", String(repeating: "长'\"\\", count: 2_500),
        ]
        let postgres = try ThrowAwayPostgres()
        let records = values.enumerated().map { index, value in
            "v\(index),2026-11-02T10:00:00+08:00,ann,d1,pv,cpc,,,\"\(value.replacing("\"", with: "\"\""))\""
        }
        let nodes = "      metrics:\n        pages: { period: last 2d, by: [page], metrics: [events] }\n"
        let workspace = try shop(records: records, nodes: nodes)
        _ = try run(workspace, postgres)
        #expect(try warnings(workspace) == [])
        let expected = try workspace.rows("metrics/pages").map { $0["page"] as? String }
        #expect(Set(expected.compactMap { $0 }) == Set(values))
        let answer = try postgres.ask("SELECT json_agg(page ORDER BY row_number)::text FROM nightmarket.mart_metrics_pages").joined(separator: "\n")
        let found = try #require(try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [Any]).map { $0 as? String }
        #expect(found == expected)
        #expect(try schemas(postgres) == ["nightmarket", "nightmarket_2026_11_02_001"])
    }
}
