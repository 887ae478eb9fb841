extension SimulationTruth {
    /// The truth file: numbers as numbers, money in yuan with two places, rates as fractions.
    public var json: [UInt8] {
        var text = JSONText()
        text.object { json in
            writeOptions(&json)
            writeRates(&json)
            writeCounts(&json)
            writeFiles(&json)
        }
        return text.bytes
    }

    private func writeOptions(_ json: inout JSONText) {
        json.object("options") { json in
            json.number("seed", options.seed)
            json.number("events", options.events)
            json.text("first_day", options.firstDay.description)
            json.number("days", options.days)
            json.text("zone", options.zone.name)
            json.rate("dirt", Int((options.dirt * 1_000_000).rounded()))
            json.number("gzip_level", options.compressionLevel)
            json.flag("repeats_file", options.repeatsFile)
            json.flag("truncates_file", options.truncatesFile)
            json.flag("shared_devices", options.sharesDevices)
            if options.hasAgents {
                json.number("bots", options.bots)
                json.number("test_users", options.testUsers)
            }
        }
    }

    private func writeRates(_ json: inout JSONText) {
        json.object("rates") { json in
            json.rate("session_touched", Market.touched)
            json.rate("session_bounce", Market.bounce)
            json.rate("session_buys", Market.buy)
            json.rate("session_abandons_cart", Market.abandonedCart)
            json.rate("session_abandons_checkout", Market.abandonedCheckout)
            json.rate("session_cancels_order", Market.cancelled)
            json.rate("session_coupon_issued", Market.coupon)
            json.rate("coupon_claimed", Market.couponClaimed)
            json.rate("coupon_redeemed_on_a_fitting_order", Market.couponUsed)
            json.rate("video_completed", Market.videoCompleted)
            json.rate("experiment_lift_of_b", options.liftPerMille * 1000)
            json.rate("person_without_ids", Market.anonymousPerson)
            json.rate("report_clicks_beyond_the_log", AdReport.lostClicks * 10_000)
            json.rate("report_sales_beyond_the_log", AdReport.claimedBeyond * 10_000)
            json.array("refund_by_category", Market.categories) { json, category in
                json.text("category", category.name)
                json.rate("rate", category.refund)
            }
            json.array("creatives", Market.placements) { json, placement in
                json.text("channel", placement.channel)
                json.text("medium", placement.medium.rawValue)
                json.text("campaign", placement.campaign)
                json.text("creative", placement.creative)
                json.rate("click_rate", placement.clickRate * 10)
                json.money("cost_per_click", placement.costPerClick)
                json.rate("session_buys", Market.buy * placement.conversion / 100)
            }
        }
    }

    private func writeCounts(_ json: inout JSONText) {
        json.object("events") { json in
            for event in events { json.number(event.name, event.count) }
        }
        json.number("event_total", eventTotal)
        json.object("persons") { json in
            json.number("people", persons)
            json.number("identities", identities)
            json.number("users", users)
            json.number("devices", devices)
            json.number("devices_without_user", devicesWithoutUser)
            json.number("events_without_id", eventsWithoutID)
            json.number("visitors", visitors)
            json.number("buyers", buyers)
        }
        json.object("sales") { json in
            json.number("orders", orders)
            json.money("gmv", gmv)
            json.number("refunds", refunds)
            json.money("refunded", refunded)
            json.number("orders_without_campaign", untouchedOrders)
            json.money("gmv_without_campaign", untouchedGMV)
        }
        json.object("funnel") { json in
            json.number("window_days", Self.windowDays)
            json.numbers("product_view_add_to_cart_purchase", funnel)
        }
        json.object("experiment") { json in
            json.text("name", Market.experiment)
            json.number("window_days", Self.windowDays)
            json.array("arms", arms) { json, arm in
                json.text("variant", arm.variant)
                json.number("units", arm.units)
                json.number("converted", arm.converted)
            }
            json.number("units_in_both", unitsInBothArms)
        }
        json.array("days", days) { json, day in
            json.text("date", day.date.description)
            json.number("events", day.events)
            json.number("orders", day.orders)
            json.money("gmv", day.gmv)
            json.number("refunds", day.refunds)
            json.money("refunded", day.refunded)
        }
    }

    private func writeFiles(_ json: inout JSONText) {
        json.array("campaigns", campaigns) { json, campaign in
            json.text("channel", campaign.channel)
            json.text("campaign", campaign.campaign)
            json.number("clicks_in_log", campaign.clicks)
            json.number("orders", campaign.orders)
            json.money("gmv", campaign.gmv)
            json.number("impressions", campaign.reportedImpressions)
            json.number("clicks", campaign.reportedClicks)
            json.money("spend", campaign.reportedSpend)
            json.number("conversions_claimed", campaign.reportedConversions)
            json.money("revenue_claimed", campaign.reportedRevenue)
            json.money("fees", campaign.fees)
        }
        json.array("files", files) { json, file in
            json.text("path", file.path)
            json.number("records", file.records)
            json.number("bad", file.badTotal)
            json.object("bad_by_kind") { json in
                for kind in file.bad { json.number(kind.name, kind.count) }
            }
            json.number("repeated_within", file.repeatedWithin)
            json.number("repeated_across", file.repeatedAcross)
            json.number("late", file.late)
        }
        json.object("reports") { json in
            json.number("rows", reportRows)
            json.number("restated", restatedReportRows)
            json.number("live", liveReportRows)
        }
        json.number("fee_rows", feeRows)
        guard let intruders else { return }
        json.object("filtered") { json in
            json.text("path", IntruderLog.path)
            json.number("records", intruders.records)
            json.number("test_user", intruders.testUser)
            json.number("crawler", intruders.crawler)
            json.number("rate", intruders.rate)
            json.array("test_users", intruders.testUsers) { json, id in json.text("id", id) }
        }
    }
}
