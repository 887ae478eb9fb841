import Dashboard
import Marts
import TestSupport
import Testing

/// A funnel's side tables are drawn as what they are.
@Suite struct FunnelTests {
    private func page(_ marts: [Mart]) throws -> PageReader {
        try PageReader(Dashboard(.init(), marts: marts, results: PageMarts.results, published: []).write())
    }

    @Test func onlyTheFunnelItselfIsDrawnAsOne() throws {
        let side = try page([PageMarts.funnelTimes(["a", "b"]), PageMarts.funnelNextEvents(["search", "<b>"]), PageMarts.funnelTrend(["a"], days: 5)])
        #expect(side.all("ol", "funnel").isEmpty && side.all("div", "loss").isEmpty && side.all("figure", "mini").isEmpty)
        let all = try page([PageMarts.funnel(["a", "b"]), PageMarts.funnelTimes(["a", "b"]), PageMarts.funnelNextEvents(["search"]), PageMarts.funnelTrend(["a"], days: 5)])
        #expect(all.all("ol", "funnel").count == 1)
        // All of them stand in one section.
        let section = try #require(all.all("section").first { $0.attributes["id"] == "funnels" })
        #expect(section.text.contains("≤ 1m") && section.text.contains("search") && section.text.contains("step 3 · "))
    }

    @Test func timesToConvertAreBarsAStepOfAllTogether() throws {
        let page = try page([PageMarts.funnelTimes(["a", "b"])])
        let panels = page.all("figure", "bypart")
        #expect(panels.count == 2)
        #expect(panels.map(\.text) == ["step 2≤ 1m751m – 1h01h – 1d25", "step 3≤ 1m371m – 1h01h – 1d12"])
        #expect(page.says("the groups stand in the table"))
        #expect(page.all("rect").compactMap { $0.attributes["width"] } == ["100%", "0%", "33.33%", "100%", "0%", "32.43%"])
    }

    @Test func whatPeopleDidInsteadIsNamedAndTheRestToo() throws {
        let page = try page([PageMarts.funnelNextEvents(["search", "<b>x</b>"])])
        let panels = page.all("figure", "bypart")
        #expect(panels.count == 2)
        #expect(panels[0].text.contains("<b>x</b>39") && panels[0].text.contains("nothing more") && panels[0].text.contains("无后续"))
        #expect(page.all("b").allSatisfy { $0.text != "x" })
    }

    @Test func theTrendHasAPanelAStepAndOneLineEach() throws {
        let page = try page([PageMarts.funnelTrend(["a", "b"], days: 5)])
        let panels = page.all("figure", "panel")
        #expect(panels.map { $0.attributes["data-column"] } == ["persons", "conversion_from_first", "conversion_from_first"])
        #expect(panels.first?.text.contains("step 1 · ") ?? false)
        #expect(page.all("path", "line").count == 3)
        #expect(page.all("circle").filter { $0.attributes["data-value"] != nil }.count == 15)
    }

    @Test(arguments: ["sessions", "attempts"]) func aFunnelOfSessionsOrAttemptsIsAFunnel(unit: String) throws {
        var mart = PageMarts.funnel(["a"])
        for i in mart.columns.indices where mart.columns[i].name == "persons" { mart.columns[i].name = unit }
        let page = try page([mart])
        #expect(page.all("ol", "funnel").count == 1)
        #expect(page.all("b").contains { $0.attributes["data-column"] == unit && $0.text == "100" })
    }
}
