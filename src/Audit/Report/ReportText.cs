namespace Consortium.Audit;

/// <summary>The report's words, Chinese and English.</summary>
internal static class ReportText
{
    public const string Method = """
        <p>从合约的第一个区块起重放全部事件：核对合约代码、写入者当时的权限、编号的连续性、每批的默克尔根与链式头；再以监管视图向保管方逐条质询，用链上的承诺验证其答复。结论不依赖任何一方的声明。最后将保管方所列的全部版本与链上索引比对，找出从未上链者；保管方连清单也隐瞒的记录，无从发现。</p>
        <p>All events were replayed from the contract's first block: the contract's code, each writer's right at the time, gapless numbering, every batch's Merkle root and chained head. Then each custodian was challenged, in the regulator's view, for every record that the chain says it holds, and each answer was verified against the commitment on the chain. Nobody's word is relied on. Last, every version that a custodian lists is looked for in its index on the chain, so that what was never anchored is found; what it leaves out of that list as well cannot be.</p>
        """;

    public static string Verdict(VerdictWord word) => word switch
    {
        VerdictWord.Intact => "完好 · Intact",
        VerdictWord.Incomplete => "未能全部核实 · Incomplete",
        _ => "已被篡改 · Tampered",
    };

    public static string Explain(VerdictWord word) => word switch
    {
        VerdictWord.Intact => "链上每一条索引都已由保管方证明与原记录一致。Every index entry on the chain was proved by its custodian.",
        VerdictWord.Incomplete => "有的内容未能核实；没有证据表明被改动。Something could not be checked; nothing is shown to be wrong.",
        _ => "链上的轨迹或某些记录与当初承诺的不一致，详见下文。The trail or a record is not what was committed; see below.",
    };

    public static string Kind(FindingKind kind) => kind switch
    {
        FindingKind.ContractReplaced => "合约被替换 contract-replaced",
        FindingKind.WrongChain => "链不符 wrong-chain",
        FindingKind.ChainChanged => "链已重组 chain-changed",
        FindingKind.WrittenWithoutRight => "无权写入 written-without-right",
        FindingKind.OutOfOrder => "编号不连续 out-of-order",
        FindingKind.WrongRoot => "批次根不符 wrong-root",
        FindingKind.WrongHead => "链式头不符 wrong-head",
        FindingKind.Equivocated => "说法矛盾 equivocated",
        FindingKind.Duplicated => "重复登记 duplicated",
        FindingKind.WrongEntry => "索引与记录不符 wrong-entry",
        FindingKind.Late => "上链过迟 late",
        FindingKind.FutureDated => "日期超前 future-dated",
        FindingKind.Altered => "记录被改动 altered",
        FindingKind.Missing => "记录缺失 missing",
        FindingKind.NeverAnchored => "从未上链 never-anchored",
        FindingKind.Erased => "依法删除 erased",
        FindingKind.Damaged => "记录无法出示 damaged",
        FindingKind.Malformed => "答复无证明 malformed",
        FindingKind.Unreachable => "无法联系 unreachable",
        FindingKind.Refusing => "拒绝答复 refusing",
        FindingKind.NoEndpoint => "接口未知 no-endpoint",
        _ => kind.ToString(),
    };
}
