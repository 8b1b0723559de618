use grantor_environment::*;
fn main(){ let t=std::time::Instant::now(); let e: &dyn Entropy=&SystemEntropy; let _=e.bytes::<32>(); eprintln!("first entropy {:?}", t.elapsed()); let _=e.bytes::<32>(); eprintln!("2nd {:?}", t.elapsed());}
