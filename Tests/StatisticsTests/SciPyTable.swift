/// Values of scipy.stats (SciPy 1.17.1): cdf and sf of `x`, and ppf of the probability.
enum SciPyTable {
    struct Row: Sendable {
        let family: String
        let parameters: [Double]
        let x: Double
        let cumulative: Double
        let survival: Double
    }

    static let distributions: [Row] = [
        Row(family: "normal", parameters: [], x: -38.0, cumulative: 0.0, survival: 1.0),
        Row(family: "normal", parameters: [], x: -8.5, cumulative: 9.47953482220325e-18, survival: 1.0),
        Row(family: "normal", parameters: [], x: -1.96, cumulative: 0.024997895148220435, survival: 0.9750021048517795),
        Row(family: "normal", parameters: [], x: -0.3, cumulative: 0.3820885778110474, survival: 0.6179114221889526),
        Row(family: "normal", parameters: [], x: 0.0, cumulative: 0.5, survival: 0.5),
        Row(family: "normal", parameters: [], x: 0.5, cumulative: 0.6914624612740131, survival: 0.3085375387259869),
        Row(family: "normal", parameters: [], x: 1.6448536269514722, cumulative: 0.95, survival: 0.050000000000000044),
        Row(family: "normal", parameters: [], x: 3.2, cumulative: 0.9993128620620841, survival: 0.0006871379379158471),
        Row(family: "normal", parameters: [], x: 7.0, cumulative: 0.9999999999987201, survival: 1.279812543885835e-12),
        Row(family: "normal", parameters: [], x: 37.5, cumulative: 1.0, survival: 4.605353009581954e-308),
        Row(family: "studentT", parameters: [1.0], x: -60.0, cumulative: 0.005304673632623272, survival: 0.9946953263673767),
        Row(family: "studentT", parameters: [1.0], x: -4.0, cumulative: 0.07797913037736932, survival: 0.9220208696226306),
        Row(family: "studentT", parameters: [1.0], x: -0.2, cumulative: 0.4371670418109989, survival: 0.562832958189001),
        Row(family: "studentT", parameters: [1.0], x: 0.0, cumulative: 0.5, survival: 0.5),
        Row(family: "studentT", parameters: [1.0], x: 1.3, cumulative: 0.7912855998398473, survival: 0.20871440016015272),
        Row(family: "studentT", parameters: [1.0], x: 2.0, cumulative: 0.8524163823495667, survival: 0.14758361765043326),
        Row(family: "studentT", parameters: [1.0], x: 9.5, cumulative: 0.9666166335694748, survival: 0.03338336643052514),
        Row(family: "studentT", parameters: [2.5], x: -60.0, cumulative: 2.577880575173425e-05, survival: 0.9999742211942483),
        Row(family: "studentT", parameters: [2.5], x: -4.0, cumulative: 0.019506487920659125, survival: 0.9804935120793409),
        Row(family: "studentT", parameters: [2.5], x: -0.2, cumulative: 0.42830484201451274, survival: 0.5716951579854872),
        Row(family: "studentT", parameters: [2.5], x: 0.0, cumulative: 0.5, survival: 0.5),
        Row(family: "studentT", parameters: [2.5], x: 1.3, cumulative: 0.8497566053646458, survival: 0.15024339463535416),
        Row(family: "studentT", parameters: [2.5], x: 2.0, cumulative: 0.9213042521210171, survival: 0.07869574787898295),
        Row(family: "studentT", parameters: [2.5], x: 9.5, cumulative: 0.9974818756637565, survival: 0.0025181243362435318),
        Row(family: "studentT", parameters: [7.0], x: -60.0, cumulative: 4.688800329164507e-11, survival: 0.999999999953112),
        Row(family: "studentT", parameters: [7.0], x: -4.0, cumulative: 0.0025949566746484064, survival: 0.9974050433253516),
        Row(family: "studentT", parameters: [7.0], x: -0.2, cumulative: 0.4235833757448989, survival: 0.5764166242551011),
        Row(family: "studentT", parameters: [7.0], x: 0.0, cumulative: 0.5, survival: 0.5),
        Row(family: "studentT", parameters: [7.0], x: 1.3, cumulative: 0.8826160823038114, survival: 0.11738391769618862),
        Row(family: "studentT", parameters: [7.0], x: 2.0, cumulative: 0.957190335718512, survival: 0.042809664281488025),
        Row(family: "studentT", parameters: [7.0], x: 9.5, cumulative: 0.9999850144965596, survival: 1.4985503440407507e-05),
        Row(family: "studentT", parameters: [30.0], x: -60.0, cumulative: 4.155654806766134e-33, survival: 1.0),
        Row(family: "studentT", parameters: [30.0], x: -4.0, cumulative: 0.0001909228180418782, survival: 0.9998090771819581),
        Row(family: "studentT", parameters: [30.0], x: -0.2, cumulative: 0.42141507852966237, survival: 0.5785849214703376),
        Row(family: "studentT", parameters: [30.0], x: 0.0, cumulative: 0.5, survival: 0.5),
        Row(family: "studentT", parameters: [30.0], x: 1.3, cumulative: 0.8982495207309416, survival: 0.10175047926905843),
        Row(family: "studentT", parameters: [30.0], x: 2.0, cumulative: 0.9726874775185085, survival: 0.027312522481491547),
        Row(family: "studentT", parameters: [30.0], x: 9.5, cumulative: 0.999999999925495, survival: 7.450499223433819e-11),
        Row(family: "studentT", parameters: [5841.742032093565], x: -60.0, cumulative: 0.0, survival: 1.0),
        Row(family: "studentT", parameters: [5841.742032093565], x: -4.0, cumulative: 3.2062404158460095e-05, survival: 0.9999679375958416),
        Row(family: "studentT", parameters: [5841.742032093565], x: -0.2, cumulative: 0.42074377133291446, survival: 0.5792562286670855),
        Row(family: "studentT", parameters: [5841.742032093565], x: 0.0, cumulative: 0.5, survival: 0.5),
        Row(family: "studentT", parameters: [5841.742032093565], x: 1.3, cumulative: 0.9031738702810775, survival: 0.09682612971892243),
        Row(family: "studentT", parameters: [5841.742032093565], x: 2.0, cumulative: 0.9772267604952175, survival: 0.022773239504782453),
        Row(family: "studentT", parameters: [5841.742032093565], x: 9.5, cumulative: 1.0, survival: 1.493192592294584e-21),
        Row(family: "studentT", parameters: [1000000.0], x: -60.0, cumulative: 0.0, survival: 1.0),
        Row(family: "studentT", parameters: [1000000.0], x: -4.0, cumulative: 3.167351700502405e-05, survival: 0.9999683264829949),
        Row(family: "studentT", parameters: [1000000.0], x: -0.2, cumulative: 0.42074031089511443, survival: 0.5792596891048856),
        Row(family: "studentT", parameters: [1000000.0], x: 0.0, cumulative: 0.5, survival: 0.5),
        Row(family: "studentT", parameters: [1000000.0], x: 1.3, cumulative: 0.9031993655954373, survival: 0.09680063440456263),
        Row(family: "studentT", parameters: [1000000.0], x: 2.0, cumulative: 0.9772497330743404, survival: 0.02275026692565962),
        Row(family: "studentT", parameters: [1000000.0], x: 9.5, cumulative: 1.0, survival: 1.0516377284091343e-21),
        Row(family: "chiSquared", parameters: [1.0], x: 0.0, cumulative: 0.0, survival: 1.0),
        Row(family: "chiSquared", parameters: [1.0], x: 0.01, cumulative: 0.07965567455405799, survival: 0.920344325445942),
        Row(family: "chiSquared", parameters: [1.0], x: 1.0, cumulative: 0.6826894921370859, survival: 0.31731050786291115),
        Row(family: "chiSquared", parameters: [1.0], x: 3.84, cumulative: 0.9499564787512949, survival: 0.05004352124870519),
        Row(family: "chiSquared", parameters: [1.0], x: 18.2, cumulative: 0.9999801121165328, survival: 1.9887883467191813e-05),
        Row(family: "chiSquared", parameters: [1.0], x: 400.0, cumulative: 1.0, survival: 5.507248237212379e-89),
        Row(family: "chiSquared", parameters: [2.0], x: 0.0, cumulative: 0.0, survival: 1.0),
        Row(family: "chiSquared", parameters: [2.0], x: 0.01, cumulative: 0.004987520807317688, survival: 0.9950124791926823),
        Row(family: "chiSquared", parameters: [2.0], x: 1.0, cumulative: 0.3934693402873665, survival: 0.6065306597126334),
        Row(family: "chiSquared", parameters: [2.0], x: 3.84, cumulative: 0.8533930378696499, survival: 0.14660696213035013),
        Row(family: "chiSquared", parameters: [2.0], x: 18.2, cumulative: 0.9998883341915099, survival: 0.00011166580849011483),
        Row(family: "chiSquared", parameters: [2.0], x: 400.0, cumulative: 1.0, survival: 1.383896526736753e-87),
        Row(family: "chiSquared", parameters: [3.0], x: 0.0, cumulative: 0.0, survival: 1.0),
        Row(family: "chiSquared", parameters: [3.0], x: 0.01, cumulative: 0.0002651650586556101, survival: 0.9997348349413444),
        Row(family: "chiSquared", parameters: [3.0], x: 1.0, cumulative: 0.19874804309879915, survival: 0.8012519569012009),
        Row(family: "chiSquared", parameters: [3.0], x: 3.84, cumulative: 0.7207323828813903, survival: 0.27926761711860965),
        Row(family: "chiSquared", parameters: [3.0], x: 18.2, cumulative: 0.9996000137789476, survival: 0.00039998622105243673),
        Row(family: "chiSquared", parameters: [3.0], x: 400.0, cumulative: 1.0, survival: 2.2138865931011112e-86),
        Row(family: "chiSquared", parameters: [10.0], x: 0.0, cumulative: 0.0, survival: 1.0),
        Row(family: "chiSquared", parameters: [10.0], x: 0.01, cumulative: 2.593339189839545e-14, survival: 0.999999999999974),
        Row(family: "chiSquared", parameters: [10.0], x: 1.0, cumulative: 0.00017211562995584072, survival: 0.9998278843700441),
        Row(family: "chiSquared", parameters: [10.0], x: 3.84, cumulative: 0.04572369567926417, survival: 0.9542763043207358),
        Row(family: "chiSquared", parameters: [10.0], x: 18.2, cumulative: 0.9483178064460864, survival: 0.051682193553913604),
        Row(family: "chiSquared", parameters: [10.0], x: 400.0, cumulative: 1.0, survival: 9.413291991183437e-80),
        Row(family: "chiSquared", parameters: [250.0], x: 0.0, cumulative: 0.0, survival: 1.0),
        Row(family: "chiSquared", parameters: [250.0], x: 0.01, cumulative: 0.0, survival: 1.0),
        Row(family: "chiSquared", parameters: [250.0], x: 1.0, cumulative: 7.604211861256153e-248, survival: 1.0),
        Row(family: "chiSquared", parameters: [250.0], x: 3.84, cumulative: 2.045032747206366e-175, survival: 1.0),
        Row(family: "chiSquared", parameters: [250.0], x: 18.2, cumulative: 4.851251180806155e-94, survival: 1.0),
        Row(family: "chiSquared", parameters: [250.0], x: 400.0, cumulative: 0.9999999949591435, survival: 5.040856547317286e-09),
        Row(family: "beta", parameters: [1.0, 1.0], x: 0.0, cumulative: 0.0, survival: 1.0),
        Row(family: "beta", parameters: [1.0, 1.0], x: 0.001, cumulative: 0.001, survival: 0.999),
        Row(family: "beta", parameters: [1.0, 1.0], x: 0.12, cumulative: 0.12, survival: 0.88),
        Row(family: "beta", parameters: [1.0, 1.0], x: 0.4, cumulative: 0.4, survival: 0.6),
        Row(family: "beta", parameters: [1.0, 1.0], x: 0.5, cumulative: 0.5, survival: 0.5),
        Row(family: "beta", parameters: [1.0, 1.0], x: 0.97, cumulative: 0.97, survival: 0.030000000000000027),
        Row(family: "beta", parameters: [1.0, 1.0], x: 1.0, cumulative: 1.0, survival: 0.0),
        Row(family: "beta", parameters: [0.5, 0.5], x: 0.0, cumulative: 0.0, survival: 1.0),
        Row(family: "beta", parameters: [0.5, 0.5], x: 0.001, cumulative: 0.020135041633377492, survival: 0.9798649583666225),
        Row(family: "beta", parameters: [0.5, 0.5], x: 0.12, cumulative: 0.22519890061842532, survival: 0.7748010993815747),
        Row(family: "beta", parameters: [0.5, 0.5], x: 0.4, cumulative: 0.43590578315102513, survival: 0.5640942168489749),
        Row(family: "beta", parameters: [0.5, 0.5], x: 0.5, cumulative: 0.5000000000000001, survival: 0.5),
        Row(family: "beta", parameters: [0.5, 0.5], x: 0.97, cumulative: 0.8891753133955407, survival: 0.11082468660445947),
        Row(family: "beta", parameters: [0.5, 0.5], x: 1.0, cumulative: 1.0, survival: 0.0),
        Row(family: "beta", parameters: [2.0, 8.0], x: 0.0, cumulative: 0.0, survival: 1.0),
        Row(family: "beta", parameters: [2.0, 8.0], x: 0.001, cumulative: 3.583237749641979e-05, survival: 0.9999641676225036),
        Row(family: "beta", parameters: [2.0, 8.0], x: 0.12, cumulative: 0.2951163313811621, survival: 0.704883668618838),
        Row(family: "beta", parameters: [2.0, 8.0], x: 0.4, cumulative: 0.929456128, survival: 0.07054387199999998),
        Row(family: "beta", parameters: [2.0, 8.0], x: 0.5, cumulative: 0.98046875, survival: 0.01953125),
        Row(family: "beta", parameters: [2.0, 8.0], x: 0.97, cumulative: 0.9999999999942526, survival: 5.7474360000000405e-12),
        Row(family: "beta", parameters: [2.0, 8.0], x: 1.0, cumulative: 1.0, survival: 0.0),
        Row(family: "beta", parameters: [51.0, 50.0], x: 0.0, cumulative: 0.0, survival: 1.0),
        Row(family: "beta", parameters: [51.0, 50.0], x: 0.001, cumulative: 9.42697788003098e-125, survival: 1.0),
        Row(family: "beta", parameters: [51.0, 50.0], x: 0.12, cumulative: 2.3578631705354097e-21, survival: 1.0),
        Row(family: "beta", parameters: [51.0, 50.0], x: 0.4, cumulative: 0.01676168650316147, survival: 0.9832383134968385),
        Row(family: "beta", parameters: [51.0, 50.0], x: 0.5, cumulative: 0.46020538130641103, survival: 0.5397946186935894),
        Row(family: "beta", parameters: [51.0, 50.0], x: 0.97, cumulative: 1.0, survival: 1.628767575378498e-48),
        Row(family: "beta", parameters: [51.0, 50.0], x: 1.0, cumulative: 1.0, survival: 0.0),
        Row(family: "beta", parameters: [1200.5, 8000.0], x: 0.0, cumulative: 0.0, survival: 1.0),
        Row(family: "beta", parameters: [1200.5, 8000.0], x: 0.001, cumulative: 0.0, survival: 1.0),
        Row(family: "beta", parameters: [1200.5, 8000.0], x: 0.12, cumulative: 0.001148924109171746, survival: 0.9988510758908282),
        Row(family: "beta", parameters: [1200.5, 8000.0], x: 0.4, cumulative: 1.0, survival: 0.0),
        Row(family: "beta", parameters: [1200.5, 8000.0], x: 0.5, cumulative: 1.0, survival: 0.0),
        Row(family: "beta", parameters: [1200.5, 8000.0], x: 0.97, cumulative: 1.0, survival: 0.0),
        Row(family: "beta", parameters: [1200.5, 8000.0], x: 1.0, cumulative: 1.0, survival: 0.0),
    ]

    struct Quantile: Sendable {
        let family: String
        let parameters: [Double]
        let probability: Double
        let x: Double
    }

    static let quantiles: [Quantile] = [
        Quantile(family: "normal", parameters: [], probability: 1e-09, x: -5.9978070150076865),
        Quantile(family: "normal", parameters: [], probability: 0.025, x: -1.9599639845400545),
        Quantile(family: "normal", parameters: [], probability: 0.2, x: -0.8416212335729142),
        Quantile(family: "normal", parameters: [], probability: 0.5, x: 0.0),
        Quantile(family: "normal", parameters: [], probability: 0.9, x: 1.2815515655446004),
        Quantile(family: "normal", parameters: [], probability: 0.975, x: 1.959963984540054),
        Quantile(family: "normal", parameters: [], probability: 0.9995, x: 3.2905267314919255),
        Quantile(family: "studentT", parameters: [1.0], probability: 1e-09, x: -318309886.1837907),
        Quantile(family: "studentT", parameters: [1.0], probability: 0.025, x: -12.706204736174705),
        Quantile(family: "studentT", parameters: [1.0], probability: 0.2, x: -1.3763819204711736),
        Quantile(family: "studentT", parameters: [1.0], probability: 0.5, x: 0.0),
        Quantile(family: "studentT", parameters: [1.0], probability: 0.9, x: 3.0776835371752544),
        Quantile(family: "studentT", parameters: [1.0], probability: 0.975, x: 12.706204736174694),
        Quantile(family: "studentT", parameters: [1.0], probability: 0.9995, x: 636.6192487687897),
        Quantile(family: "studentT", parameters: [4.3], probability: 1e-09, x: -172.7580724407629),
        Quantile(family: "studentT", parameters: [4.3], probability: 0.025, x: -2.7016948982822315),
        Quantile(family: "studentT", parameters: [4.3], probability: 0.2, x: -0.9334013887849343),
        Quantile(family: "studentT", parameters: [4.3], probability: 0.5, x: 0.0),
        Quantile(family: "studentT", parameters: [4.3], probability: 0.9, x: 1.512770878112436),
        Quantile(family: "studentT", parameters: [4.3], probability: 0.975, x: 2.70169489828223),
        Quantile(family: "studentT", parameters: [4.3], probability: 0.9995, x: 7.9445153049436845),
        Quantile(family: "studentT", parameters: [5841.7], probability: 1e-09, x: -6.0073103665580305),
        Quantile(family: "studentT", parameters: [5841.7], probability: 0.025, x: -1.9603701598775607),
        Quantile(family: "studentT", parameters: [5841.7], probability: 0.2, x: -0.8416827680916215),
        Quantile(family: "studentT", parameters: [5841.7], probability: 0.5, x: 0.0),
        Quantile(family: "studentT", parameters: [5841.7], probability: 0.9, x: 1.2816965032342276),
        Quantile(family: "studentT", parameters: [5841.7], probability: 0.975, x: 1.9603701598775602),
        Quantile(family: "studentT", parameters: [5841.7], probability: 0.9995, x: 3.2921930624832094),
        Quantile(family: "chiSquared", parameters: [1.0], probability: 1e-09, x: 1.5707963267948974e-18),
        Quantile(family: "chiSquared", parameters: [1.0], probability: 0.025, x: 0.0009820691171752555),
        Quantile(family: "chiSquared", parameters: [1.0], probability: 0.2, x: 0.0641847546673016),
        Quantile(family: "chiSquared", parameters: [1.0], probability: 0.5, x: 0.454936423119572),
        Quantile(family: "chiSquared", parameters: [1.0], probability: 0.9, x: 2.705543454095404),
        Quantile(family: "chiSquared", parameters: [1.0], probability: 0.975, x: 5.023886187314888),
        Quantile(family: "chiSquared", parameters: [1.0], probability: 0.9995, x: 12.11566514639738),
        Quantile(family: "chiSquared", parameters: [9.0], probability: 1e-09, x: 0.04840705843628935),
        Quantile(family: "chiSquared", parameters: [9.0], probability: 0.025, x: 2.7003894999803584),
        Quantile(family: "chiSquared", parameters: [9.0], probability: 0.2, x: 5.380053211773292),
        Quantile(family: "chiSquared", parameters: [9.0], probability: 0.5, x: 8.342832692252955),
        Quantile(family: "chiSquared", parameters: [9.0], probability: 0.9, x: 14.683656573259837),
        Quantile(family: "chiSquared", parameters: [9.0], probability: 0.975, x: 19.02276779864163),
        Quantile(family: "chiSquared", parameters: [9.0], probability: 0.9995, x: 29.66580810359642),
        Quantile(family: "beta", parameters: [2.0, 8.0], probability: 1e-09, x: 5.2705275829862226e-06),
        Quantile(family: "beta", parameters: [2.0, 8.0], probability: 0.025, x: 0.028144973477898197),
        Quantile(family: "beta", parameters: [2.0, 8.0], probability: 0.2, x: 0.09262677777811289),
        Quantile(family: "beta", parameters: [2.0, 8.0], probability: 0.5, x: 0.17961961198036097),
        Quantile(family: "beta", parameters: [2.0, 8.0], probability: 0.9, x: 0.3683623637899257),
        Quantile(family: "beta", parameters: [2.0, 8.0], probability: 0.975, x: 0.48249651491733697),
        Quantile(family: "beta", parameters: [2.0, 8.0], probability: 0.9995, x: 0.694293211590526),
        Quantile(family: "beta", parameters: [51.0, 50.0], probability: 1e-09, x: 0.2296767023473247),
        Quantile(family: "beta", parameters: [51.0, 50.0], probability: 0.025, x: 0.40803632915545374),
        Quantile(family: "beta", parameters: [51.0, 50.0], probability: 0.2, x: 0.46305990838282124),
        Quantile(family: "beta", parameters: [51.0, 50.0], probability: 0.5, x: 0.5049833006154476),
        Quantile(family: "beta", parameters: [51.0, 50.0], probability: 0.9, x: 0.5685831744062192),
        Quantile(family: "beta", parameters: [51.0, 50.0], probability: 0.975, x: 0.601678870496699),
        Quantile(family: "beta", parameters: [51.0, 50.0], probability: 0.9995, x: 0.664418062809478),
    ]

    /// Two samples of whole numbers with scipy's ttest_ind(b, a, equal_var=False) and its confidence interval.
    struct Welch: Sendable {
        let control: [Int64]
        let treatment: [Int64]
        let difference: Double
        let pValue: Double
        let low: Double
        let high: Double
        let degreesOfFreedom: Double
    }

    static let welch: [Welch] = [
        Welch(
            control: [0, -3],
            treatment: [1, 5],
            difference: 4.5, pValue: 0.22343252748609246, low: -7.106605422474859, high: 16.106605422474857, degreesOfFreedom: 1.8545994065281899),
        Welch(
            control: [0, 0, 4],
            treatment: [0, 2, 4, 0, 4, 1, 0, 0, 3],
            difference: 0.22222222222222232, pValue: 0.8888602229134774, low: -4.594185736543132, high: 5.038630180987576, degreesOfFreedom: 2.803466805079968),
        Welch(
            control: [-144, -857, -508, -815, 128, -131, -879, 693, 158, -747, 940, -543],
            treatment: [291, 284, 193, 940, -874, 181, 199],
            difference: 398.8452380952381, pValue: 0.15891487897824513, low: -175.77243572983411, high: 973.4629119203103, degreesOfFreedom: 14.168193302717272),
        Welch(
            control: [1, 0, 0, 0, 2, 0, 1, 1, 0, 2, 0, 2, 1, 2, 2, 0, 0, 2, 2, 2],
            treatment: [0, 1, 0, 2, 2, 0, 2, 0, 2, 0, 1, 2, 2, 1, 1, 1, 2, 1, 1, 1],
            difference: 0.10000000000000009, pValue: 0.7136925554996854, low: -0.4479631063896109, high: 0.6479631063896111, degreesOfFreedom: 37.15200890598117),
        Welch(
            control: [1000000000015, 1000000000050, 1000000000011, 1000000000044, 1000000000049, 1000000000015, 1000000000005, 1000000000036, 1000000000019, 1000000000033, 1000000000031, 1000000000021, 1000000000046, 1000000000028, 1000000000018],
            treatment: [1000000000038, 1000000000004, 1000000000007, 1000000000032],
            difference: -7.816666666666666, pValue: 0.4507220061286456, low: -33.415990125123116, high: 17.782656791789787, degreesOfFreedom: 4.224558285713233),
    ]

    /// Observed counts and weights with scipy's chisquare.
    struct Split: Sendable {
        let observed: [Int64]
        let weights: [Double]
        let pValue: Double
    }

    static let splits: [Split] = [
        Split(observed: [100, 100], weights: [1.0, 1.0], pValue: 1.0),
        Split(observed: [44700, 45489], weights: [0.5, 0.5], pValue: 0.008607987810836262),
        Split(observed: [5, 0], weights: [1.0, 1.0], pValue: 0.025347318677468325),
        Split(observed: [980, 1020, 1100], weights: [1.0, 1.0, 1.0], pValue: 0.026973423142389766),
        Split(observed: [10, 700, 290], weights: [0.02, 0.7, 0.28], pValue: 0.06866117151308498),
        Split(observed: [123456, 234567, 1, 9], weights: [3.0, 6.0, 0.001, 0.001], pValue: 3.286620690354083e-59),
    ]
}
