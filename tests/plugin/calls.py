"""The 32 calls of remote.Loader, health and reflection."""

import grpc

from client import check, code_of

OK = grpc.StatusCode.OK
NOT_FOUND = grpc.StatusCode.NOT_FOUND
INVALID = grpc.StatusCode.INVALID_ARGUMENT
KEEPS_NONE = grpc.StatusCode.FAILED_PRECONDITION

# What each rpc answers to an empty request, in the order of the contract.
RPCS = {
    "ListTestSuite": OK, "CreateTestSuite": KEEPS_NONE, "GetTestSuite": OK, "UpdateTestSuite": KEEPS_NONE,
    "DeleteTestSuite": KEEPS_NONE, "RenameTestSuite": KEEPS_NONE, "ListTestCases": OK, "CreateTestCase": KEEPS_NONE,
    "GetTestCase": OK, "UpdateTestCase": KEEPS_NONE, "DeleteTestCase": KEEPS_NONE, "RenameTestCase": KEEPS_NONE,
    "ListHistoryTestSuite": OK, "CreateTestCaseHistory": KEEPS_NONE, "GetHistoryTestCaseWithResult": OK,
    "GetHistoryTestCase": OK, "DeleteHistoryTestCase": KEEPS_NONE, "DeleteAllHistoryTestCase": KEEPS_NONE,
    "GetTestCaseAllHistory": OK, "GetVersion": OK, "Verify": OK, "PProf": OK, "Query": INVALID, "GetThemes": OK,
    "GetTheme": NOT_FOUND, "GetBindings": OK, "GetBinding": NOT_FOUND, "GetMenus": OK, "GetPageOfJS": NOT_FOUND,
    "GetPageOfCSS": NOT_FOUND, "GetPageOfStatic": NOT_FOUND, "GetPageOfServer": NOT_FOUND,
}

# atest's messages: number and name of every field (api-testing 3a5b8d9).
FIELDS = """
remote.HistoryTestSuite 1 historySuiteName 2 items
remote.HistoryTestSuites 1 data
remote.TestSuite 1 name 2 api 3 param 4 spec 5 items 6 full
remote.TestSuites 1 data
server.APISpec 1 kind 2 url 3 rpc 4 secure
server.CommonResult 1 success 2 message
server.ConditionalVerify 1 condition 2 verify
server.DataMeta 1 databases 2 tables 3 currentDatabase 4 duration 5 labels
server.DataQuery 1 type 2 key 3 sql 4 offset 5 limit
server.DataQueryResult 1 data 2 items 3 meta
server.Empty
server.ExtensionStatus 1 ready 2 readOnly 3 version 4 message
server.HelloReply 1 message 2 error
server.HistoryTestCase 1 caseName 2 suiteName 3 historySuiteName 4 createTime 5 suiteParam 6 suiteSpec 7 suiteApi 8 request 9 response 10 ID 11 historyHeader
server.HistoryTestCases 1 data
server.HistoryTestResult 1 message 2 error 3 testCaseResult 4 data 5 createTime
server.Menu 1 name 2 index 3 icon 4 version
server.MenuList 1 data
server.PProfData 1 data
server.PProfRequest 1 name
server.Pair 1 key 2 value 3 description
server.Pairs 1 data
server.RPC 1 import 2 serverReflection 3 protofile 4 protoset 5 raw
server.Request 1 api 2 method 3 header 4 query 5 cookie 6 form 7 body
server.Response 1 statusCode 2 body 3 header 4 bodyFieldsExpect 5 verify 6 ConditionalVerify 7 schema
server.Secure 1 insecure 2 cert 3 ca 4 serverName 5 key
server.SimpleList 1 data
server.SimpleName 1 name
server.TestCase 1 name 2 suiteName 3 request 4 response 5 server
server.TestCaseDuplicate 1 sourceSuiteName 2 sourceCaseName 3 targetSuiteName 4 targetCaseName
server.TestCaseResult 1 statusCode 2 body 3 header 4 error 5 id 6 output
server.TestCases 1 data
server.TestSuiteDuplicate 1 sourceSuiteName 2 targetSuiteName
server.Version 1 version 2 commit 3 date
"""


def requests(plugin):
    """Each rpc of the contract with an empty request for it."""
    for method in plugin.loader.DESCRIPTOR.services_by_name["Loader"].methods:
        module = plugin.loader if method.input_type.full_name.startswith("remote.") else plugin.server
        yield method, getattr(module, method.input_type.name)()


@check
def the_proto_files_have_atests_names_and_numbers(plugin):
    ours = []
    for module in (plugin.loader, plugin.server):
        for message in module.DESCRIPTOR.message_types_by_name.values():
            fields = sorted((field.number, field.name) for field in message.fields)
            ours.append(" ".join([message.full_name, *(f"{number} {name}" for number, name in fields)]))
    theirs = FIELDS.split("\n")[1:-1]
    assert sorted(ours) == sorted(theirs), set(ours) ^ set(theirs)


@check
def every_rpc_of_the_contract_answers(plugin):
    assert [method.name for method, _ in requests(plugin)] == list(RPCS), "the contract has 32 rpcs in this order"
    for method, request in requests(plugin):
        assert not method.client_streaming and not method.server_streaming
        code = code_of(lambda: getattr(plugin.stub, method.name)(request, timeout=10))
        assert code == RPCS[method.name], f"{method.name}: {code}"


@check
def lists_of_tests_are_empty(plugin):
    for method, request in requests(plugin):
        if method.name.startswith(("List", "Get")) and "Test" in method.name:
            reply = getattr(plugin.stub, method.name)(request, timeout=10)
            assert reply.ByteSize() == 0, f"{method.name}: {reply}"


@check
def verify_says_ready_and_read_only_at_once(plugin):
    status = plugin.stub.Verify(plugin.server.Empty(), timeout=5)
    assert status.ready and status.readOnly, status
    assert status.version.startswith("atest-ext-ai v") and "API: v1" in status.version, status
    assert status.message, status


@check
def the_version_tells_the_build(plugin):
    version = plugin.stub.GetVersion(plugin.server.Empty())
    assert version.version.startswith("atest-ext-ai v"), version
    assert version.commit and version.date[:2] == "20" and "T" in version.date, version


@check
def the_menu_leads_to_a_page(plugin):
    (menu,) = plugin.stub.GetMenus(plugin.server.Empty()).data
    assert (menu.name, menu.index, menu.icon, menu.version) == ("AI Assistant", "ai-chat", "ChatDotRound", 1), menu
    name = plugin.server.SimpleName(name=menu.index)
    script, style = plugin.stub.GetPageOfJS(name), plugin.stub.GetPageOfCSS(name)
    assert script.success and "globalThis.ATestPlugin" in script.message
    assert style.success and "{" in style.message
    for text in (script.message, style.message):
        assert "import " not in text.split("\n")[0] and "</script" not in text


@check
def unknown_names_are_errors_of_the_call(plugin):
    for rpc in ("GetPageOfJS", "GetPageOfCSS", "GetPageOfStatic", "GetPageOfServer", "GetTheme", "GetBinding"):
        for name in ("", "nope", "../../etc/passwd", "ai-chat\n", "漢字", "x" * 100_000):
            code = code_of(lambda: getattr(plugin.stub, rpc)(plugin.server.SimpleName(name=name), timeout=10))
            assert code == NOT_FOUND, f"{rpc} {name[:20]!r}: {code}"


@check
def pprof_never_fails(plugin):
    for name in ("", "heap", "profile", "no-such-profile", "\0", "x" * 100_000):
        plugin.stub.PProf(plugin.server.PProfRequest(name=name), timeout=10)


@check
def health_follows_the_plugin(plugin):
    for service in (b"", b"\x0a\x0dremote.Loader"):
        assert plugin.raw("/grpc.health.v1.Health/Check", service) == b"\x08\x01", "SERVING"
    code = code_of(lambda: plugin.raw("/grpc.health.v1.Health/Check", b"\x0a\x04nope"))
    assert code == NOT_FOUND, code
    watch = plugin.channel.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=10)
    assert next(watch) == b"\x08\x01"
    watch.cancel()


@check
def reflection_shows_the_contract(plugin):
    list_services, file_of_loader = b"\x3a\x00", b"\x22\x0dremote.Loader"
    for version in ("v1", "v1alpha"):
        method = f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
        replies = plugin.channel.stream_stream(method)(iter([list_services, file_of_loader]), timeout=10)
        services, file = next(replies), next(replies)
        assert b"remote.Loader" in services and b"grpc.health.v1.Health" in services, services
        assert b"GetPageOfServer" in file, file
