import Manifest
import Testing
import Vocabulary

/// Every kind of mistake with the exact words of its error and its line and column.
@Suite struct MistakeTests {
    @Test func aMinimalManifestIsSound() {
        #expect(mistakes(minimal()) == [])
    }

    @Test func allMistakesAreReportedAtOnceInTheOrderOfTheFile() {
        let yaml = """
            pipelin: p
            timezone: Asia/Shangai
            currency: yuan
            store: s
            output: s
            sources:
              web:
                kind: events
                files: "*.csv"
                format: cvs
                columns: { event_time: ts, event: action, amount: { column: price, type: text } }
                reject_limit: 5
                colour: red
            stages:
              funel:
                x: {}
              metrics:
                "a/b": { metrics: [m], top: 0, period: campaign d11, where: amuont > 1 }
            """
        #expect(
            mistakes(yaml) == [
                "m.yaml:1:1: unknown key 'pipelin' | did you mean 'pipeline'?",
                "m.yaml:1:1: the key 'pipeline' is missing | expected text: The name of the pipeline: letters, digits, _ and -.",
                "m.yaml:2:11: there is no time zone 'Asia/Shangai' | did you mean 'Asia/Shanghai'?",
                "m.yaml:3:11: currency: 'yuan' is not a currency code | give three capital letters (ISO 4217), such as CNY",
                "m.yaml:5:9: the output is the store's own folder | give each a folder of its own",
                "m.yaml:10:13: sources.web.format: expected one of csv, tsv, jsonl, found 'cvs' | How fields are parted: csv (comma, the default), tsv (tab), or jsonl (a JSON object a line).",
                "m.yaml:11:78: the column 'amount' is decimal and cannot be text | a standard column keeps its type; give the column another name",
                "m.yaml:12:19: sources.web.reject_limit: expected a fraction such as 1% or 0.01, found '5' | a part in a hundred is written with %: 5%",
                "m.yaml:13:5: unknown key 'colour' in sources.web | the keys here are kind, files, format, explode, delimiter, header, encoding, quote, skip_lines, skip_until_header, totals, trim, null_values, numbers, compression, time, columns, events, event_id_space, dedupe_window, provides, private, reject_limit, damaged_limit, expect, settle, on_change",
                "m.yaml:15:3: unknown key 'funel' in stages | did you mean 'funnel'?",
                "m.yaml:18:5: 'a/b' cannot be a node's name | names are made of the letters a to z and A to Z, digits, _ and -, at most 100 of them, such as double_11",
                "m.yaml:18:33: stages.metrics.a/b.top: expected a whole number from 1 to 1000, found '0' | it must lie from 1 to 1000",
                "m.yaml:18:44: there is no campaign 'd11' | none is declared",
                "m.yaml:18:65: there is no column 'amuont' | did you mean 'amount'?",
            ])
    }

    @Test(arguments: [
        ("", "m.yaml:1:1: the manifest is empty | start from pipelines/nightly.yaml"),
        ("# nothing\n", "m.yaml:1:1: the manifest is empty | start from pipelines/nightly.yaml"),
        (
            "- a\n",
            "m.yaml:1:1: the manifest: expected a map with pipeline, timezone, currency, store, output, sources, prefer, identity, filters, channels, campaigns, metrics, stages, alerts, notify, publish, postgres, keep_runs, keep_rejects, dashboard, monitoring, found a list"
        ),
        (
            "pipeline: p\n\ttimezone: x\n",
            "m.yaml:2:1: this is not YAML: found a tab character that violates indentation (while scanning a plain scalar, line 1) | indent with blanks, not with tabs"
        ),
        (
            "a: 'x\n",
            "m.yaml:2:1: this is not YAML: found unexpected end of stream (while scanning a quoted scalar, line 1) | look at the indentation, the quotes and the colons here and in the line before"
        ),
        (
            "pipeline: p\npipeline: q\n",
            "m.yaml:1:1: the key 'pipeline' stands in this map more than once; here is the first | keep one of them"
        ),
        (
            "a: 1\n---\nb: 2\n",
            "m.yaml:2:1: this is not YAML: but found another document (expected a single document in the stream, line 1) | look at the indentation, the quotes and the colons here and in the line before"
        ),
        (
            "a: *b\n",
            "m.yaml:1:4: this is not YAML: found undefined alias | look at the indentation, the quotes and the colons here and in the line before"
        ),
        ("a: !include x\n", "m.yaml:1:4: the tag '!include' means nothing here"),
        ("[a]: 1\n", "m.yaml:1:1: a key must be a name"),
        ("a: \u{1}\n", "m.yaml:1:4: this is not YAML: control characters are not allowed"),
        ("<<: 1\n", "m.yaml:1:5: '<<' merges maps, found '1'"),
    ])
    func whatIsNotYAMLIsNamedAtItsPlace(yaml: String, mistake: String) {
        #expect(mistakes(yaml) == [mistake])
    }

    @Test(arguments: [
        (
            "kind: event",
            "m.yaml:8:11: sources.web.kind: expected one of events, exposures, units, costs, ad_report, orders, budget, catalogue, customers, rates, targets, measures, creatives, found 'event' | did you mean 'events'?"
        ),
        (
            "files: \"*.csv\"",
            "m.yaml:7:3: the key 'kind' is missing in sources.web | expected one of events, exposures, units, costs, ad_report, orders, budget, catalogue, customers, rates, targets, measures, creatives: What the records of the source are."
        ),
        (
            "kind: events\n    files: x",
            "m.yaml:7:3: the key 'columns' is missing in sources.web | expected a map: Which column of the files each of our columns is: `ours: theirs`, { column, type } or { constant }."
        ),
        (
            "kind: events\n    files: x\n    columns: { event_time: t }",
            "m.yaml:10:5: the key 'event' is missing in sources.web.columns | expected text, or a map with column, constant, type, required, space, assign: Text of few distinct values."
        ),
        (
            "kind: events\n    files: { a: b }\n    columns: { event_time: t, event: e }",
            "m.yaml:9:12: sources.web.files: expected text, or a list of such, found a map"
        ),
        (
            "kind: events\n    files:\n    columns: { event_time: t, event: e }",
            "m.yaml:9:5: sources.web.files: expected text, or a list of such, found nothing"
        ),
        (
            "kind: events\n    files: []\n    columns: { event_time: t, event: e }",
            "m.yaml:9:12: sources.web.files: the list is empty | give a glob such as ../data/*.csv.gz"
        ),
    ])
    func aSourceThatSaysTooLittleIsRefused(source: String, mistake: String) {
        #expect(mistakes(minimal(source: "  web:\n    \(source)\n")) == [mistake])
    }

    /// Lines that are added to the events source, the first as line 11.
    @Test(arguments: [
        (
            "time: { zone: Mars }",
            "m.yaml:11:19: there is no time zone 'Mars' | give an IANA name such as Asia/Shanghai"
        ),
        (
            "time: { format: iso }",
            "m.yaml:11:21: 'iso' does not say how stamps are written | write iso8601, epoch_s, epoch_ms, epoch_us, or a pattern: yyyy, MM or MMM, dd, HH (or hh with a), mm, ss, SSS, XXX; a single letter for one or two digits, other letters in quotes"
        ),
        (
            "compression: zip",
            "m.yaml:11:18: sources.web.compression: expected one of auto, none, gzip, zstd, found 'zip' | did you mean 'gzip'?"
        ),
        ("encoding: gbk", "m.yaml:11:15: sources.web.encoding: expected one of utf-8, gb18030, utf-16, latin-1, found 'gbk' | The encoding of the text; utf-8 unless said otherwise. A byte order mark of UTF-8 overrules it."),
        (
            "delimiter: '||'",
            "m.yaml:11:16: '||' cannot be a delimiter | give one ASCII character other than a quote or a line's end, such as \";\" or \"\\t\""
        ),
        ("header: false", "m.yaml:11:13: sources.web.header: expected 'true', found 'false' | The names of the columns in order, for files whose first record is not a header."),
        (
            "header: [ts, action, uid, ch, price, link]",
            "m.yaml:10:95: there is no column in the header 'url' | there are ts, action, uid, ch, price, link"
        ),
        (
            "events: { purchase: [buy, pay], order_create: buy }",
            "m.yaml:11:51: the event 'buy' is mapped to 'purchase' already | one of their events means one of ours"
        ),
        ("private: [pages]", "m.yaml:11:15: there is no mapped column 'pages' | did you mean 'page'?"),
        ("private: { page: mask }", "m.yaml:11:22: sources.web.private.page: expected one of hash, drop, found 'mask' | Columns that are hashed (a list, or hash) or dropped before anything is stored."),
        ("private: [event]", "m.yaml:11:15: the column 'event' cannot be hashed | the source needs it"),
        (
            "private: [amount]",
            "m.yaml:11:15: the column 'amount' cannot be hashed | only text is hashed; drop it: { amount: drop }"
        ),
        (
            "provides: { clicks: { channels: [tmall] } }",
            "m.yaml:11:15: sources.web.provides: expected a list, each item text, or a map, found a map"
        ),
        ("provides: [orders, orders]", "m.yaml:11:24: the measure 'orders' is listed twice"),
        (
            "reject_limit: 1,5%",
            "m.yaml:11:19: sources.web.reject_limit: expected a fraction such as 1% or 0.01, found '1,5%' | it must lie from 0% to 100%"
        ),
        (
            "damaged_limit: -1",
            "m.yaml:11:20: sources.web.damaged_limit: expected a whole number of at least 0, found '-1' | it must lie from 0 to \(Int.max)"
        ),
        (
            "damaged_limit: '1'",
            "m.yaml:11:20: sources.web.damaged_limit: expected a whole number of at least 0, found '1' | take the quotes away"
        ),
        (
            "expect: { files: 1 }",
            "m.yaml:11:15: unknown key 'files' in sources.web.expect | the keys here are files_per_day, fresh_within"
        ),
        (
            "expect: { fresh_within: 26 }",
            "m.yaml:11:29: sources.web.expect.fresh_within: expected a duration such as 30m, 12h or 7d, found '26' | a unit is missing: s, m, h, d or w"
        ),
        (
            "dedupe_window: 3mo",
            "m.yaml:11:20: sources.web.dedupe_window: expected a duration such as 30m, 12h or 7d, found '3mo' | write it with s, m, h, d or w, as in 90s, 1h30m or 2w"
        ),
        (
            "on_change: replce",
            "m.yaml:11:16: sources.web.on_change: expected one of replace, append, rotate, found 'replce' | did you mean 'replace'?"
        ),
        (
            "version: { column: ts }",
            "m.yaml:11:5: unknown key 'version' in sources.web | the keys here are kind, files, format, explode, delimiter, header, encoding, quote, skip_lines, skip_until_header, totals, trim, null_values, numbers, compression, time, columns, events, event_id_space, dedupe_window, provides, private, reject_limit, damaged_limit, expect, settle, on_change"
        ),
    ])
    func aWrongOptionOfASourceIsNamed(line: String, mistake: String) {
        #expect(mistakes(minimal("    \(line)\n")) == [mistake])
    }

    /// Columns of an events source beside the required ones, from line 10, column 48 on.
    @Test(arguments: [
        (
            "x: { column: a, constant: b }",
            "m.yaml:10:48: the column 'x' has both a column and a constant | keep one of them"
        ),
        (
            "x: { type: integer }",
            "m.yaml:10:48: the column 'x' has neither a column nor a constant | write { column: NAME } or { constant: VALUE }"
        ),
        ("x: ''", "m.yaml:10:51: the column 'x' is mapped to nothing | give the name that the column has in the file"),
        (
            "x:",
            "m.yaml:10:48: sources.web.columns.x: expected text, or a map with column, constant, type, required, space, assign, found nothing"
        ),
        (
            "x: [a]",
            "m.yaml:10:51: sources.web.columns.x: expected text, or a map with column, constant, type, required, space, assign, found a list"
        ),
        (
            "x: { column: a, type: float }",
            "m.yaml:10:70: sources.web.columns.x.type: expected one of time, date, integer, decimal, boolean, category, text, key, number, found 'float' | The type, for a column that is not a standard one; number means decimal."
        ),
        (
            "x: { column: a, required: yes }",
            "m.yaml:10:74: sources.web.columns.x.required: expected true or false, found 'yes' | write true or false, without quotes"
        ),
        ("amount: { constant: many }", "m.yaml:10:68: the constant 'many' is no decimal"),
        (
            "a b: c",
            "m.yaml:10:48: 'a b' cannot be a column's name | our names are letters, digits and _, and no words of conditions; theirs stands on the right: our_name: a b"
        ),
        (
            "in: c",
            "m.yaml:10:48: 'in' cannot be a column's name | our names are letters, digits and _, and no words of conditions; theirs stands on the right: our_name: in"
        ),
    ])
    func aWrongColumnIsNamed(column: String, mistake: String) {
        let source =
            "  web:\n    kind: events\n    files: x\n    columns: { event_time: ts, event: action , \(column) }\n"
        #expect(mistakes(minimal(source: source)) == [mistake])
    }

    @Test(arguments: [
        ("key: [date, campain]", "m.yaml:11:17: there is no mapped column 'campain' | did you mean 'campaign'?"),
        (
            "version: {}",
            "m.yaml:11:5: the version has neither a pattern nor a column | write { from: file_name, pattern: 'report-{version:yyyyMMdd}.csv' } or { column: NAME }"
        ),
        (
            "version: { column: updated }",
            "m.yaml:11:24: there is no mapped column 'updated' | there are date, campaign, platform_conversions"
        ),
        (
            "version: { from: name, pattern: 'a{version:yyyy}' }",
            "m.yaml:11:22: sources.ads.version.from: expected 'file_name', found 'name' | The version of a row stands in its file's name."
        ),
        (
            "version: { from: file_name, pattern: 'r-{date}.csv' }",
            "m.yaml:11:42: 'r-{date}.csv' does not say where the version stands | write {version:yyyyMMdd} once in the file's name; yyyy, MM, dd, HH, mm and ss stand for digits"
        ),
        (
            "version: { from: file_name, pattern: 'r-{version:MMyyyy}.csv' }",
            "m.yaml:11:42: 'r-{version:MMyyyy}.csv' does not say where the version stands | write {version:yyyyMMdd} once in the file's name; yyyy, MM, dd, HH, mm and ss stand for digits"
        ),
        (
            "version: { column: date, pattern: 'x' }",
            "m.yaml:11:5: the version comes from a column and from the file's name | keep one of them"
        ),
    ])
    func aWrongKeyOrVersionOfATableIsNamed(line: String, mistake: String) {
        let source =
            "  ads:\n    kind: ad_report\n    files: x\n    columns: { date: d, campaign: c, conversions: n }\n    \(line)\n"
        #expect(mistakes(minimal(source: source)) == [mistake])
    }

    @Test func namesThatTheStoreTakesAndExpectationsWithoutADateAreRefused() {
        #expect(
            mistakes(minimal(source: "  w:\n    kind: events\n    files: x\n    columns: { event_time: t, event: e, person: p }\n"))
                == ["m.yaml:10:41: the store has a column 'person' of its own | give the column another name: our_person: p"])
        #expect(
            mistakes(minimal(source: "  u:\n    kind: units\n    files: x\n    columns: { unit: u, variant: v, record: r }\n"))
                == ["m.yaml:10:37: the store has a column 'record' of its own | give the column another name: our_record: r"])
        let ads = "  a:\n    kind: ad_report\n    files: x\n    columns: { date: d, version: v }\n"
        #expect(
            mistakes(minimal(source: ads + "    version: { from: file_name, pattern: 'r-{version:yyyy}.csv' }\n"))
                == ["m.yaml:11:5: the version comes from the file's name, and a column 'version' is mapped too | keep one of them"])
        let units = "  u:\n    kind: units\n    files: x\n    columns: { unit: u, variant: v }\n    expect: { files_per_day: 1 }\n"
        #expect(
            mistakes(minimal(source: units)) == [
                "m.yaml:11:5: what is expected is looked for in the rows' dates, and no column 'date' is mapped | map it, { column: NAME, type: date }, or take 'expect' out"
            ])
    }

    @Test func aColumnUnderTwoNamesAndACostWithoutAmountAreRefused() {
        #expect(
            mistakes(
                minimal(source: "  c:\n    kind: costs\n    files: x\n    columns: { date: d, amount: a, spend: b }\n"))
                == ["m.yaml:10:36: 'amount' and 'spend' are the same column | map one of them"])
        #expect(
            mistakes(minimal(source: "  c:\n    kind: costs\n    files: x\n    columns: { date: d }\n"))
                == [
                    "m.yaml:10:5: the key 'spend' is missing in the columns of a costs source | map the amount of the cost: spend: NAME"
                ])
        #expect(
            mistakes(minimal(source: "  {}\n")) == [
                "m.yaml:6:1: the manifest declares no source | give at least one, with kind, files and columns"
            ])
    }

    /// What stands from line 11 on.
    @Test(arguments: [
        (
            "campaigns: { a: { from: 2026-02-30, to: 2026-03-01 } }",
            "m.yaml:11:25: campaigns.a.from: expected a time such as 2026-11-01 or 2026-11-01T20:00, found '2026-02-30' | write 2026-11-01, 2026-11-01T20:00 (in the report's zone) or 2026-11-01T20:00+08:00, of the years 1970 to 2200"
        ),
        (
            "campaigns: { a: { from: 2026-03-01, to: 2026-03-01 } }",
            "m.yaml:11:41: the campaign 'a' ends before it begins | 'to' is the first instant after the campaign"
        ),
        (
            "campaigns: { a: { from: 2026-03-01 } }",
            "m.yaml:11:14: the key 'to' is missing in campaigns.a | expected a time such as 2026-11-01 or 2026-11-01T20:00: The first instant after the period."
        ),
        (
            "campaigns: { a: { from: 2026-03-01, to: 2026-03-02, compare: b } }",
            "m.yaml:11:62: there is no campaign 'b' | did you mean 'a'?"
        ),
        (
            "campaigns: { a: { from: 2026-03-01, to: 2026-03-02, compare: a } }",
            "m.yaml:11:62: the campaign 'a' is compared with itself"
        ),
        (
            "campaigns: { 'a b': { from: 2026-03-01, to: 2026-03-02 } }",
            "m.yaml:11:14: the campaign's name 'a b' holds a blank | write it with _ or -"
        ),
        (
            "channels: { rules: [{ when: \"amount = 'x'\", channel: a, traffic: b }] }",
            "m.yaml:11:30: the column 'amount' is a number and cannot be compared with text | write it as in amount = 100"
        ),
        (
            "channels: { rules: [{ when: channel = 'x', channel: a }] }",
            "m.yaml:11:21: the key 'traffic' is missing in channels.rules[0] | expected text, or a map with column: The kind of traffic, such as paid or organic: a name, or { column: NAME }."
        ),
        (
            "channels: { else: { channel: { column: chanel }, traffic: b } }",
            "m.yaml:11:40: there is no column 'chanel' | did you mean 'channel'?"
        ),
        (
            "channels: { else: { channel: { column: amount }, traffic: b } }",
            "m.yaml:11:40: the column 'amount' is not text and cannot give a channel"
        ),
        ("publish: [json, xml]", "m.yaml:11:17: publish[1]: expected one of json, csv, sqlite, found 'xml' | The formats that results are published in; json and csv unless said otherwise."),
        ("publish: [json, json]", "m.yaml:11:17: the format 'json' is listed twice"),
        ("publish: html", "m.yaml:11:10: publish: expected one of json, csv, sqlite, found 'html' | The formats that results are published in; json and csv unless said otherwise."),
        (
            "stages: { metrics: { m: } }",
            "m.yaml:11:22: the key 'metrics' is missing in stages.metrics.m | expected a list, each item text: The metrics."
        ),
        (
            "stages: { metrics: { m: { metrics: roas } } }",
            "m.yaml:11:36: stages.metrics.m.metrics: expected a list, each item text, found 'roas'"
        ),
        (
            "stages: { metrics: { m: { metrics: [a, [b]] } } }",
            "m.yaml:11:40: stages.metrics.m.metrics[1]: expected text, found a list"
        ),
        (
            "stages: { metrics: { m: { metrics: [a], period: last 30 } } }",
            "m.yaml:11:49: stages.metrics.m.period: expected a period such as last 30d, campaign NAME or { from, to }, found 'last 30' | d, w and m stand for days, weeks and months, at most 10000 of them, as in last 30d"
        ),
        (
            "stages: { metrics: { m: { metrics: [a], period: { from: 1970-01-01, to: 9999-12-31 } } } }",
            "m.yaml:11:73: stages.metrics.m.period.to: expected a time such as 2026-11-01 or 2026-11-01T20:00, found '9999-12-31' | write 2026-11-01, 2026-11-01T20:00 (in the report's zone) or 2026-11-01T20:00+08:00, of the years 1970 to 2200"
        ),
        (
            "stages: { metrics: { m: { metrics: [a], period: { from: 2026-02-01, to: 2026-01-01 } } } }",
            "m.yaml:11:73: stages.metrics.m.period ends before it begins | 'to' is the first instant after the period"
        ),
        (
            "stages: { funnel: { f: { steps: [a], within: 7 } } }",
            "m.yaml:11:46: stages.funnel.f.within: expected a duration such as 30m, 12h or 7d, found '7' | a unit is missing: s, m, h, d or w"
        ),
        (
            "stages: { experiment: { e: { experiment: x, split: { A: half } } } }",
            "m.yaml:11:57: stages.experiment.e.split.A: expected a number, found 'half'"
        ),
    ])
    func aWrongPartOfTheRestIsNamed(line: String, mistake: String) {
        #expect(mistakes(minimal(line + "\n")) == [mistake])
    }

    /// Conditions, from line 13, column 31 on.
    @Test(arguments: [
        ("amount >> 1", "m.yaml:13:39: stages.metrics.m.where: expected a value, found '>'"),
        ("'amount > ''x'' or'", "m.yaml:13:49: stages.metrics.m.where: expected the name of a column, found the end"),
        ("'page = ''x'' and amuont > 1'", "m.yaml:13:49: there is no column 'amuont' | did you mean 'amount'?"),
        ("\"page = '\\\"抖音' and amuont > 1\"", "m.yaml:13:50: there is no column 'amuont' | did you mean 'amount'?"),
        ("\"page = '\\t' and amuont > 1\"", "m.yaml:13:31: there is no column 'amuont' | did you mean 'amount'?"),
        ("page = '抖音' and amuont > 1", "m.yaml:13:47: there is no column 'amuont' | did you mean 'amount'?"),
        (
            "amount",
            "m.yaml:13:31: the column 'amount' is a number and cannot stand alone | compare it, as in amount = 100, or write 'amount is not null'"
        ),
        (
            "user_id = 'u1'",
            "m.yaml:13:31: the column 'user_id' is stored as a keyed hash and cannot be compared | it can only be tested with 'is null' and 'is not null'"
        ),
        ("[a]", "m.yaml:13:31: stages.metrics.m.where: expected a condition such as channel = 'douyin', found a list"),
    ])
    func aMistakeInAConditionIsNamedAtItsCharacter(condition: String, mistake: String) {
        #expect(mistakes(minimal("stages:\n  metrics:\n    m: { metrics: [a], where: \(condition) }\n")) == [mistake])
    }

    @Test func aConditionOverSeveralLinesIsNamedAtItsBeginning() {
        let yaml = minimal(
            "stages:\n  metrics:\n    m:\n      metrics: [a]\n      where: >\n        amount > 1\n        and amuont > 1\n"
        )
        #expect(mistakes(yaml) == ["m.yaml:15:14: there is no column 'amuont' | did you mean 'amount'?"])
    }

    @Test func aMistakeInASourceDoesNotMakeItsColumnsUnknown() {
        let source = "  web:\n    kind: evens\n    files: x\n    columns: { event_time: t, event: e, city: c }\n"
        let found = mistakes(
            minimal("stages:\n  metrics:\n    m: { metrics: [a], where: city = 'x' }\n", source: source))
        #expect(found.count == 1)
    }

    @Test func hashedAndDroppedColumnsAreKnownAsSuchToConditions() {
        let stages =
            "    private: { page: drop, channel: hash }\nstages:\n  metrics:\n    m: { metrics: [a], where: page is null or channel = 'x' }\n"
        #expect(
            mistakes(minimal(stages)) == [
                "m.yaml:14:31: there is no column 'page' | the columns are amount, channel, event, event_time, user_id",
                "m.yaml:14:47: the column 'channel' is stored as a keyed hash and cannot be compared | it can only be tested with 'is null' and 'is not null'",
            ])
    }
}
