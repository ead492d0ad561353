//! The page with GraphiQL, and its files.

use super::whole_app::{get_from, whole};

#[tokio::test]
async fn the_page_comes_with_its_files_and_a_policy() {
    let whole = whole(true);
    let page = get_from(&whole, "/graphiql", "").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe-eval"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{policy}");
    assert!(!page.text().contains("//"), "nothing comes from elsewhere: {}", page.text());
    let files: Vec<&str> = page.text().split('"').filter(|it| it.starts_with("/graphiql/")).collect();
    let [style, script] = files[..] else { panic!("{files:?}") };
    for (path, content_type) in
        [(style, "text/css; charset=utf-8"), (script, "text/javascript; charset=utf-8")]
    {
        let file = get_from(&whole, path, "accept-encoding: gzip, br\r\n").await;
        assert_eq!((file.status, file.header("content-type")), (200, Some(content_type)));
        assert_eq!(file.header("content-encoding"), Some("gzip"));
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert!(file.body.starts_with(&[0x1f, 0x8b]) && file.body.len() > 4_000);
        let tag = file.header("etag").expect("a tag");
        let again =
            get_from(&whole, path, &format!("accept-encoding: gzip\r\nif-none-match: {tag}\r\n")).await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(get_from(&whole, path, "accept-encoding: gzip;q=0\r\n").await.status, 406);
        assert_eq!(get_from(&whole, path, "").await.status, 406);
    }
    let examples = get_from(&whole, "/graphiql/examples.graphql", "").await;
    assert!(examples.text().contains("query Progress") && examples.text().contains("全区"));
    let licenses = get_from(&whole, "/graphiql/LICENSES.txt", "").await;
    assert!(licenses.text().contains("graphiql 3.9.0: MIT"));
    assert_eq!(get_from(&whole, "/graphiql/nothing.js", "").await.status, 404);
}

#[tokio::test]
async fn without_the_page_nothing_of_it_is_there() {
    let whole = whole(false);
    for path in ["/graphiql", "/graphiql/examples.graphql"] {
        assert_eq!(get_from(&whole, path, "").await.status, 404);
    }
}
